using System.Buffers.Binary;
using System.IO.Compression;
using System.Runtime.InteropServices;
using ComputeCore.Formats;

namespace ComputeCore.Data;

/// <summary>
/// Reads IDX files, the format of MNIST and its successors, plain or compressed by gzip. The layout: two zero bytes, the
/// element type, the rank, the extents as 32-bit big-endian integers, then the elements, row-major and big-endian.
/// </summary>
/// <remarks>
/// Format: http://yann.lecun.com/exdb/mnist. A file is compressed if it starts with gzip's 1F 8B, whatever its name says. The
/// sizes that a header declares must match the file before anything is allocated; a compressed file is decompressed twice, first
/// to measure it. To take memory as the content appears would take three times as much.
/// </remarks>
public static class IdxFile
{
    private const int HeaderBytes = 4;
    private const int Chunk = 1 << 16;

    /// <summary>No deflate stream expands more than this (zlib's technical details, https://zlib.net/zlib_tech.html).</summary>
    private const long LargestExpansion = 1032;

    /// <summary>Reads a file.</summary>
    /// <returns>The elements: u8, i32, f32 or f64.</returns>
    /// <exception cref="InvalidFileException">The file is no valid IDX file, or holds 8- or 16-bit signed integers.</exception>
    /// <exception cref="IOException">The file does not exist or can't be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read, or is a folder.</exception>
    public static TensorData Read(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, Chunk, FileOptions.SequentialScan);
        return Read(path, stream);
    }

    /// <summary>Reads the content of a file from a stream.</summary>
    /// <param name="name">What messages call the file.</param>
    /// <param name="stream">The content, seekable, from the stream's beginning to its end.</param>
    /// <inheritdoc cref="Read(string)" path="/returns"/>
    /// <exception cref="InvalidFileException">The content is no valid IDX file, or holds 8- or 16-bit signed integers.</exception>
    public static TensorData Read(string name, Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        Span<byte> start = stackalloc byte[2];
        stream.Position = 0;
        var isCompressed = stream.ReadAtLeast(start, 2, throwOnEndOfStream: false) == 2 && start is [0x1f, 0x8b];
        stream.Position = 0;
        return isCompressed ? ReadCompressed(name, stream) : ReadPlain(name, stream);
    }

    private static TensorData ReadPlain(string name, Stream stream)
    {
        var type = ReadHeader(name, stream);
        var present = stream.Length - stream.Position;
        if (type.SizeInBytes != present)
            throw new InvalidFileException(name, $"declares {type}, {type.SizeInBytes} bytes, but {present} bytes follow its header");
        CheckFits(name, type);
        var bytes = new byte[type.SizeInBytes];
        stream.ReadExactly(bytes);
        return ToTensor(type, bytes);
    }

    private static TensorData ReadCompressed(string name, Stream stream)
    {
        try
        {
            var type = Measure(name, stream);
            stream.Position = 0;
            using var content = new GZipStream(stream, CompressionMode.Decompress, leaveOpen: true);
            ReadHeader(name, content);
            var bytes = new byte[type.SizeInBytes];
            content.ReadExactly(bytes);
            return ToTensor(type, bytes);
        }
        catch (InvalidDataException exception)
        {
            throw new InvalidFileException(name, "holds corrupt gzip data", exception);
        }
    }

    /// <summary>Decompresses a whole file to see that it holds what its header declares.</summary>
    private static TensorType Measure(string name, Stream stream)
    {
        using var content = new GZipStream(stream, CompressionMode.Decompress, leaveOpen: true);
        var type = ReadHeader(name, content);
        if (type.SizeInBytes > stream.Length * LargestExpansion)
            throw new InvalidFileException(name, $"declares {type}, {type.SizeInBytes} bytes, more than its {stream.Length} compressed bytes can hold");
        CheckFits(name, type);
        var chunk = new byte[Chunk];
        var length = 0L;
        while (content.Read(chunk) is > 0 and var read)
        {
            length += read;
            if (length > type.SizeInBytes)
                throw new InvalidFileException(name, $"declares {type}, {type.SizeInBytes} bytes, but holds more");
        }

        if (length < type.SizeInBytes)
            throw new InvalidFileException(name, $"declares {type}, {type.SizeInBytes} bytes, but ends after {length} of them");
        CheckTrailer(name, stream, HeaderBytes + (4 * type.Shape.Rank) + type.SizeInBytes);
        return type;
    }

    private static TensorType ReadHeader(string name, Stream content)
    {
        Span<byte> header = stackalloc byte[HeaderBytes];
        if (content.ReadAtLeast(header, HeaderBytes, throwOnEndOfStream: false) < HeaderBytes)
            throw new InvalidFileException(name, "ends within the header of an IDX file");
        if (header[0] != 0 || header[1] != 0)
            throw new InvalidFileException(name, $"starts with the bytes {header[0]:X2} {header[1]:X2}, not with the 00 00 of an IDX file");
        var elementType = header[2] switch
        {
            0x08 => ElementType.UInt8,
            0x0C => ElementType.Int32,
            0x0D => ElementType.Float32,
            0x0E => ElementType.Float64,
            0x09 or 0x0B => throw new InvalidFileException(name, $"holds elements of the IDX type {header[2]:X2}, which ComputeCore does not support (it supports 08, 0C, 0D and 0E)"),
            var other => throw new InvalidFileException(name, $"declares the element type {other:X2} at byte 2, which the IDX format does not have"),
        };
        return new TensorType(elementType, ReadShape(name, content, header[3]));
    }

    private static Shape ReadShape(string name, Stream content, int rank)
    {
        if (rank is < 1 or > Shape.MaximumRank)
            throw new InvalidFileException(name, $"declares the rank {rank} at byte 3; ranks from 1 to {Shape.MaximumRank} are supported");
        Span<byte> bytes = stackalloc byte[4 * rank];
        if (content.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) < bytes.Length)
            throw new InvalidFileException(name, "ends within the header of an IDX file");
        Span<int> extents = stackalloc int[rank];
        var count = 1L;
        for (var axis = 0; axis < rank; axis++)
        {
            extents[axis] = BinaryPrimitives.ReadInt32BigEndian(bytes[(4 * axis)..]);
            if (extents[axis] < 0 || (extents[axis] > 0 && count > Array.MaxLength / extents[axis]))
                throw new InvalidFileException(name, $"declares the extent {(uint)extents[axis]} at byte {HeaderBytes + (4 * axis)}, which is more than a tensor can have");
            count *= extents[axis];
        }

        return Shape.Create(extents);
    }

    private static void CheckFits(string name, TensorType type)
    {
        if (type.SizeInBytes > Array.MaxLength)
            throw new InvalidFileException(name, $"holds {type}, {type.SizeInBytes} bytes, more than the {Array.MaxLength} that a tensor may have in host memory");
    }

    /// <summary>
    /// gzip data end with a checksum and the content's length (RFC 1952, 2.3.1). <see cref="GZipStream"/> checks both where they
    /// are whole, but accepts data cut within them and ignores bytes after them; in both cases the last four are not the length.
    /// </summary>
    private static void CheckTrailer(string name, Stream stream, long contentLength)
    {
        Span<byte> length = stackalloc byte[4];
        stream.Position = stream.Length - length.Length;
        stream.ReadExactly(length);
        if (BinaryPrimitives.ReadUInt32LittleEndian(length) != (uint)contentLength)
            throw new InvalidFileException(name, "does not end where its gzip data end: it is cut short, or other bytes follow");
    }

    private static TensorData ToTensor(TensorType type, byte[] bytes)
    {
        switch (type.ElementType.SizeInBytes())
        {
            case 4:
                var words = MemoryMarshal.Cast<byte, int>(bytes.AsSpan());
                BinaryPrimitives.ReverseEndianness(words, words);
                break;
            case 8:
                var longs = MemoryMarshal.Cast<byte, long>(bytes.AsSpan());
                BinaryPrimitives.ReverseEndianness(longs, longs);
                break;
        }

        return new TensorData(type, bytes);
    }
}
