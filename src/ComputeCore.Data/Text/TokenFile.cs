using System.Buffers.Binary;
using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;
using ComputeCore.Formats;

namespace ComputeCore.Data;

/// <summary>
/// Token ids in a file that is mapped into memory, so that texts larger than it can be trained on.
/// </summary>
/// <remarks>
/// Little-endian. Bytes 0 to 7: <c>CCTOKENS</c>; 8: version, u32, 1; 12: bits of an id, u32, 16 or 32; 16: number of ids, u64; 24: size
/// of the vocabulary, u32; 28: zeros; from 32 on the ids. Each must be below the size of the vocabulary, which is checked when
/// it is read. For use by several threads.
/// </remarks>
public sealed unsafe class TokenFile : IDisposable
{
    internal const int HeaderBytes = 32;
    internal const uint Version = 1;

    private readonly string path;
    private readonly MemoryMappedFile file;
    private readonly MemoryMappedViewAccessor view;
    private readonly byte* ids;
    private readonly int bytesPerId;

    private TokenFile(string path, MemoryMappedFile file, int bytesPerId, long count, int vocabularySize)
    {
        (this.path, this.file, this.bytesPerId, Count, VocabularySize) = (path, file, bytesPerId, count, vocabularySize);
        view = file.CreateViewAccessor(0, HeaderBytes + (count * bytesPerId), MemoryMappedFileAccess.Read);
        byte* start = null;
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        ids = start + view.PointerOffset + HeaderBytes;
    }

    /// <summary>Ids in the file.</summary>
    public long Count { get; }

    /// <summary>The size of the vocabulary that they are from.</summary>
    public int VocabularySize { get; }

    internal static ReadOnlySpan<byte> Magic => "CCTOKENS"u8;

    /// <summary>Opens a file; its header is checked against its size.</summary>
    /// <exception cref="InvalidFileException">It is no file of tokens, or damaged.</exception>
    /// <exception cref="IOException">It can't be read.</exception>
    public static TokenFile Open(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        var header = new byte[HeaderBytes];
        if (stream.ReadAtLeast(header, HeaderBytes, throwOnEndOfStream: false) < HeaderBytes || !header.AsSpan().StartsWith(Magic))
            throw new InvalidFileException(path, "is no file of tokens: it does not start with CCTOKENS and its header");
        var version = BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(8));
        var bits = BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(12));
        var count = BinaryPrimitives.ReadUInt64LittleEndian(header.AsSpan(16));
        var vocabulary = BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(24));
        if (version != Version)
            throw new InvalidFileException(path, $"has version {version} of the format of token files, but only version {Version} is known");
        if (bits is not (16 or 32))
            throw new InvalidFileException(path, $"says that its ids have {bits} bits, but they have 16 or 32");
        if (count > long.MaxValue / 8 || HeaderBytes + ((long)count * bits / 8) != stream.Length)
            throw new InvalidFileException(path, $"is {stream.Length} bytes long, which is not the length of {count} ids of {bits} bits");
        if (vocabulary is 0 or > int.MaxValue)
            throw new InvalidFileException(path, $"says that its vocabulary has {vocabulary} tokens");
        var mapped = MemoryMappedFile.CreateFromFile(path, FileMode.Open, null, 0, MemoryMappedFileAccess.Read);
        return new TokenFile(path, mapped, (int)bits / 8, (long)count, (int)vocabulary);
    }

    /// <summary>Writes a file from ids that come one after another: nothing but a buffer of them is in memory.</summary>
    /// <param name="path">The file; written under a temporary name and renamed.</param>
    /// <param name="vocabularySize">The size of the vocabulary; up to 65,536 tokens take two bytes each, more take four.</param>
    /// <param name="write">Gives the ids to the writer.</param>
    /// <exception cref="ArgumentOutOfRangeException">An id is not below the size of the vocabulary; an older file is untouched.</exception>
    /// <exception cref="IOException">The file can't be written; an older one is untouched.</exception>
    public static void Write(string path, int vocabularySize, Action<TokenFileWriter> write)
    {
        ArgumentNullException.ThrowIfNull(write);
        ArgumentOutOfRangeException.ThrowIfLessThan(vocabularySize, 1);
        AtomicFile.Write(path, stream =>
        {
            var writer = new TokenFileWriter(stream, vocabularySize);
            write(writer);
            writer.Finish();
        });
    }

    /// <summary>Copies ids out of the file.</summary>
    /// <param name="start">The first one.</param>
    /// <param name="target">Where they go; as many are copied as it holds.</param>
    /// <exception cref="ArgumentOutOfRangeException">The file has not so many.</exception>
    /// <exception cref="InvalidFileException">One of them is not below the size of the vocabulary.</exception>
    public void Read(long start, Span<int> target)
    {
        ObjectDisposedException.ThrowIf(view.SafeMemoryMappedViewHandle.IsClosed, this);
        if (start < 0 || start > Count - target.Length)
            throw new ArgumentOutOfRangeException(nameof(start), $"The ids {start} to {start + target.Length - 1} are not all in the file, which has {Count}.");
        var bytes = new ReadOnlySpan<byte>(ids + (start * bytesPerId), target.Length * bytesPerId);
        if (bytesPerId == sizeof(ushort))
        {
            var values = MemoryMarshal.Cast<byte, ushort>(bytes);
            for (var i = 0; i < target.Length; i++)
                target[i] = values[i];
        }
        else
        {
            MemoryMarshal.Cast<byte, int>(bytes).CopyTo(target);
        }

        if (target.IndexOfAnyExceptInRange(0, VocabularySize - 1) is >= 0 and var wrong)
            throw new InvalidFileException(path, $"holds the id {target[wrong]} at place {start + wrong}, but its vocabulary has {VocabularySize} tokens");
    }

    /// <summary>Closes the file.</summary>
    public void Dispose()
    {
        if (!view.SafeMemoryMappedViewHandle.IsClosed)
            view.SafeMemoryMappedViewHandle.ReleasePointer();
        view.Dispose();
        file.Dispose();
    }
}
