using System.Runtime.InteropServices;

namespace ComputeCore.Formats.Safetensors;

/// <summary>
/// A safetensors file opened for reading: named tensors and a few strings of metadata. Opening checks the whole header and
/// reads none of the tensors; the file is mapped into memory, and pages are read when they are touched.
/// </summary>
/// <remarks>
/// <see cref="View"/> hands out the map itself, so its tensors live only as long as this object is not disposed of, and nobody
/// may shorten the file meanwhile. <see cref="Read"/> copies. Files are safe to replace while they are open, as
/// <see cref="SafetensorsWriter"/> does it: this object keeps the old content.
/// </remarks>
public sealed class SafetensorsFile : IDisposable
{
    private readonly string path;
    private readonly MappedFile? map;
    private readonly Memory<byte> content;
    private readonly SafetensorsHeader header;
    private readonly long dataStart;

    private SafetensorsFile(string path, MappedFile? map, Memory<byte> content)
    {
        this.path = path;
        this.map = map;
        this.content = content;
        var fileLength = map?.Length ?? content.Length;
        var headerLength = SafetensorsHeader.ReadLength(path, Slice(0, (int)Math.Min(fileLength, SafetensorsHeader.LengthBytes)).Span, fileLength);
        dataStart = SafetensorsHeader.LengthBytes + headerLength;
        header = SafetensorsHeader.Parse(path, Slice(SafetensorsHeader.LengthBytes, headerLength).Span, fileLength - dataStart);
    }

    /// <summary>The names of the tensors.</summary>
    public IReadOnlyCollection<string> Names => header.Entries.Keys;

    /// <summary>The file's own description of itself: free text under free keys.</summary>
    public IReadOnlyDictionary<string, string> Metadata => header.Metadata;

    /// <summary>Opens a file.</summary>
    /// <exception cref="InvalidFileException">The file is not a valid safetensors file.</exception>
    /// <exception cref="IOException">The file does not exist or can't be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read, or is a folder.</exception>
    public static SafetensorsFile Open(string path)
    {
        var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0);
        MappedFile? map = null;
        try
        {
            if (stream.Length == 0)
                throw new InvalidFileException(path, "is empty, not a safetensors file");
            map = new MappedFile(stream);
            return new SafetensorsFile(path, map, default);
        }
        catch
        {
            map?.Dispose();
            stream.Dispose();
            throw;
        }
    }

    /// <summary>Reads a file that is already in memory; the tensors that <see cref="View"/> gives are parts of that memory.</summary>
    /// <param name="name">What messages call the file.</param>
    /// <param name="content">The whole file.</param>
    /// <exception cref="InvalidFileException">The content is not a valid safetensors file.</exception>
    public static SafetensorsFile Parse(string name, Memory<byte> content) => new(name, map: null, content);

    /// <summary>Whether the file holds a tensor.</summary>
    public bool Contains(string name) => header.Entries.ContainsKey(name);

    /// <summary>A tensor as the file has it, whether ComputeCore supports its type or not.</summary>
    /// <exception cref="InvalidFileException">The file has no such tensor.</exception>
    public StoredTensor Describe(string name)
    {
        var entry = Find(name);
        return new StoredTensor(entry.Type, entry.Shape, entry.End - entry.Begin);
    }

    /// <summary>A tensor's element type and shape, as it is read: F16 and BF16 as f32.</summary>
    /// <exception cref="InvalidFileException">The file has no such tensor, or one of a type that ComputeCore does not support.</exception>
    public TensorType TypeOf(string name)
    {
        var entry = Find(name);
        var type = SafetensorsType.ElementTypeOf(entry.Type)
            ?? throw new InvalidFileException(path, $"holds the tensor {InvalidFileException.Quote(name)} as {InvalidFileException.Quote(entry.Type)}, an element type that ComputeCore does not support (it supports F32, F64, F16, BF16, I32, I64, U8 and BOOL)");
        return new TensorType(type, entry.Shape);
    }

    /// <summary>
    /// A tensor in the file's own memory, not copied: usable until this object is disposed of. Changes stay in memory. One of F16
    /// or BF16 is widened to f32, exactly, in memory of its own.
    /// </summary>
    /// <exception cref="InvalidFileException">
    /// The file has no such tensor, or one of a type that ComputeCore does not support, of more than 2 GiB, or with truth values
    /// other than 0 and 1.
    /// </exception>
    public TensorData View(string name)
    {
        var type = TypeOf(name);
        var entry = Find(name);
        if (type.SizeInBytes > Array.MaxLength)
            throw new InvalidFileException(path, $"holds the tensor {InvalidFileException.Quote(name)} of {type.SizeInBytes} bytes, more than the {Array.MaxLength} that a tensor may have in host memory");
        var bytes = Slice(dataStart + entry.Begin, (int)(entry.End - entry.Begin));
        if (entry.Type is SafetensorsType.Half or SafetensorsType.BrainHalf)
            return Widened(entry.Type, type, bytes.Span);
        var data = new TensorData(type, bytes);
        if (type.ElementType == ElementType.Bool && data.Bytes.IndexOfAnyExceptInRange((byte)0, (byte)1) is >= 0 and var index)
            throw new InvalidFileException(path, $"holds the truth value {data.Bytes[index]} in element {index} of the tensor {InvalidFileException.Quote(name)}; only 0 and 1 are valid");
        return data;
    }

    /// <summary>A copy of a tensor, which outlives this object.</summary>
    /// <inheritdoc cref="View" path="/exception"/>
    public TensorData Read(string name)
    {
        var view = View(name);
        return new TensorData(view.Type, view.Bytes.ToArray());
    }

    /// <summary>Closes the file. Tensors from <see cref="View"/> throw when they are used afterwards.</summary>
    public void Dispose() => map?.Dispose();

    private static TensorData Widened(string storedType, TensorType type, ReadOnlySpan<byte> bytes)
    {
        var data = new TensorData(type);
        var halves = MemoryMarshal.Cast<byte, ushort>(bytes);
        var values = data.AsSpan<float>();
        for (var i = 0; i < values.Length; i++)
            values[i] = storedType == SafetensorsType.Half ? (float)BitConverter.UInt16BitsToHalf(halves[i]) : BitConverter.UInt32BitsToSingle((uint)halves[i] << 16);
        return data;
    }

    private SafetensorsEntry Find(string name) => header.Entries.TryGetValue(name, out var entry)
        ? entry
        : throw new InvalidFileException(path, $"holds no tensor {InvalidFileException.Quote(name)}");

    private Memory<byte> Slice(long offset, int length) => map?.Slice(offset, length) ?? content.Slice((int)offset, length);
}

/// <summary>A tensor as a file has it.</summary>
/// <param name="Type">The format's name of the element type: <c>BF16</c>.</param>
/// <param name="Shape">The extents.</param>
/// <param name="Bytes">How much of the file it takes.</param>
public sealed record StoredTensor(string Type, Shape Shape, long Bytes);
