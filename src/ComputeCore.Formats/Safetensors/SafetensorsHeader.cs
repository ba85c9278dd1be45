using System.Buffers.Binary;
using System.Text.Json;

namespace ComputeCore.Formats.Safetensors;

/// <summary>Where a tensor lies in a file, and what it is.</summary>
/// <param name="Type">The format's name of the element type.</param>
/// <param name="Shape">The extents.</param>
/// <param name="Begin">First byte, counted from the start of the data.</param>
/// <param name="End">First byte after the tensor.</param>
internal readonly record struct SafetensorsEntry(string Type, Shape Shape, long Begin, long End);

/// <summary>
/// The header of a safetensors file. The layout of a file: 8 bytes, the header's length N as a little-endian integer; N bytes
/// of JSON, <c>{"name": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}, ..., "__metadata__": {"key": "text"}}</c>;
/// then the data, to which the offsets refer. The tensors must cover the data without holes or overlaps.
/// </summary>
/// <remarks>
/// Format: https://huggingface.co/docs/safetensors. Nothing is trusted: every number is checked before it is used, and what is
/// allocated is bounded by a small multiple of the header that is really there.
/// </remarks>
internal sealed class SafetensorsHeader
{
    /// <summary>Bytes before the header.</summary>
    public const int LengthBytes = 8;

    /// <summary>The name under which the header holds the file's metadata instead of a tensor.</summary>
    public const string MetadataName = "__metadata__";

    /// <summary>The longest header that the format's reference implementation accepts; so does this one.</summary>
    public const long LongestHeader = 100_000_000;

    private const long MostElements = 1L << 40;

    private readonly string path;
    private readonly long dataLength;

    /// <summary>The tensor whose entry is being read, for messages.</summary>
    private string? tensor;

    private SafetensorsHeader(string path, long dataLength)
    {
        this.path = path;
        this.dataLength = dataLength;
    }

    /// <summary>The tensors by name.</summary>
    public Dictionary<string, SafetensorsEntry> Entries { get; } = new(StringComparer.Ordinal);

    /// <summary>The file's metadata.</summary>
    public Dictionary<string, string> Metadata { get; } = new(StringComparer.Ordinal);

    /// <summary>The header's length, checked against the file's.</summary>
    /// <param name="path">The file, for messages.</param>
    /// <param name="start">The file's first bytes, at least 8 if it has as many.</param>
    /// <param name="fileLength">The length of the whole file.</param>
    public static int ReadLength(string path, ReadOnlySpan<byte> start, long fileLength)
    {
        if (fileLength < LengthBytes)
            throw new InvalidFileException(path, $"is {fileLength} bytes long, too short for a safetensors file");
        var length = BinaryPrimitives.ReadUInt64LittleEndian(start);
        if (length > (ulong)(fileLength - LengthBytes))
            throw new InvalidFileException(path, $"says at byte 0 that its safetensors header is {length} bytes long, but only {fileLength - LengthBytes} bytes follow");
        if (length > LongestHeader)
            throw new InvalidFileException(path, $"says at byte 0 that its safetensors header is {length} bytes long, more than the format's limit of {LongestHeader}");
        return (int)length;
    }

    /// <summary>Parses and checks a header.</summary>
    /// <param name="path">The file, for messages.</param>
    /// <param name="json">The header, without its length.</param>
    /// <param name="dataLength">Bytes that follow the header.</param>
    public static SafetensorsHeader Parse(string path, ReadOnlySpan<byte> json, long dataLength)
    {
        var header = new SafetensorsHeader(path, dataLength);
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 16 });
        try
        {
            header.ReadRoot(ref reader);
        }
        catch (JsonException exception)
        {
            throw header.Invalid(ref reader, "has a header that is not valid JSON", exception);
        }
        catch (InvalidOperationException exception)
        {
            // Utf8JsonReader.GetString on bytes that are not UTF-8, or on half of a surrogate pair.
            throw header.Invalid(ref reader, "has text that is not valid Unicode in its header", exception);
        }

        header.CheckCoverage();
        return header;
    }

    private void ReadRoot(ref Utf8JsonReader reader)
    {
        reader.Read();
        Expect(ref reader, JsonTokenType.StartObject, "has a header that is not a JSON object");
        var hasMetadata = false;
        while (NextProperty(ref reader))
        {
            var name = reader.GetString()!;
            reader.Read();
            if (name == MetadataName)
            {
                if (hasMetadata)
                    throw Invalid(ref reader, $"has {MetadataName} twice");
                hasMetadata = true;
                ReadMetadata(ref reader);
            }
            else
            {
                tensor = name;
                if (!Entries.TryAdd(name, ReadEntry(ref reader)))
                    throw Invalid(ref reader, "has two tensors of one name");
                tensor = null;
            }
        }

        if (reader.Read())
            throw Invalid(ref reader, "has text after its header's JSON object");
    }

    private void ReadMetadata(ref Utf8JsonReader reader)
    {
        Expect(ref reader, JsonTokenType.StartObject, $"has {MetadataName} that is not a JSON object");
        while (NextProperty(ref reader))
        {
            var key = reader.GetString()!;
            reader.Read();
            Expect(ref reader, JsonTokenType.String, "has a metadata value that is not a string");
            if (!Metadata.TryAdd(key, reader.GetString()!))
                throw Invalid(ref reader, $"has the metadata key {InvalidFileException.Quote(key)} twice");
        }
    }

    private SafetensorsEntry ReadEntry(ref Utf8JsonReader reader)
    {
        Expect(ref reader, JsonTokenType.StartObject, "describes a tensor by something else than a JSON object");
        string? type = null;
        Shape? shape = null;
        (long Begin, long End)? offsets = null;
        while (NextProperty(ref reader))
        {
            if (type is null && reader.ValueTextEquals("dtype"u8))
                type = ReadType(ref reader);
            else if (shape is null && reader.ValueTextEquals("shape"u8))
                shape = ReadShape(ref reader);
            else if (offsets is null && reader.ValueTextEquals("data_offsets"u8))
                offsets = ReadOffsets(ref reader);
            else
                throw Invalid(ref reader, "has an unknown or repeated property of a tensor");
        }

        if (type is null || shape is null || offsets is null)
            throw Invalid(ref reader, "lacks the dtype, shape or data_offsets of a tensor");
        var entry = new SafetensorsEntry(type, shape.Value, offsets.Value.Begin, offsets.Value.End);
        CheckSize(ref reader, entry);
        return entry;
    }

    private string ReadType(ref Utf8JsonReader reader)
    {
        reader.Read();
        Expect(ref reader, JsonTokenType.String, "has a dtype that is not a string");
        return SafetensorsType.Read(ref reader);
    }

    private Shape ReadShape(ref Utf8JsonReader reader)
    {
        reader.Read();
        Expect(ref reader, JsonTokenType.StartArray, "has a shape that is not an array");
        Span<int> extents = stackalloc int[Shape.MaximumRank];
        var rank = 0;
        var count = 1L;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (rank == Shape.MaximumRank)
                throw Invalid(ref reader, $"has a tensor whose rank is above {Shape.MaximumRank}");
            if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt32(out var extent) || extent < 0)
                throw Invalid(ref reader, $"has an extent that is not an integer from 0 to {int.MaxValue}");
            if (extent != 0 && count > MostElements / extent)
                throw Invalid(ref reader, "has a tensor of more than 2^40 elements");
            count *= extent;
            extents[rank++] = extent;
        }

        return Shape.Create(extents[..rank]);
    }

    private (long Begin, long End) ReadOffsets(ref Utf8JsonReader reader)
    {
        const string Problem = "has data_offsets that are not two integers";
        reader.Read();
        Expect(ref reader, JsonTokenType.StartArray, Problem);
        reader.Read();
        if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt64(out var begin))
            throw Invalid(ref reader, Problem);
        reader.Read();
        if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt64(out var end))
            throw Invalid(ref reader, Problem);
        reader.Read();
        Expect(ref reader, JsonTokenType.EndArray, Problem);
        if (begin < 0 || begin > end || end > dataLength)
            throw Invalid(ref reader, $"places a tensor at bytes {begin} to {end} of its data, which is {dataLength} bytes long");
        return (begin, end);
    }

    private void CheckSize(ref Utf8JsonReader reader, SafetensorsEntry entry)
    {
        if (SafetensorsType.BitsOf(entry.Type) is not { } bits)
            return;
        // At most 2^40 elements of 64 bits: no overflow.
        var needed = entry.Shape.ElementCount * bits;
        if (needed % 8 != 0 || needed / 8 != entry.End - entry.Begin)
            throw Invalid(ref reader, $"holds {entry.End - entry.Begin} bytes of a tensor {entry.Type}{entry.Shape}, which has {needed / 8}");
    }

    /// <summary>The tensors, sorted by their place, must follow one another from the first byte of the data to the last.</summary>
    private void CheckCoverage()
    {
        var sorted = new KeyValuePair<string, SafetensorsEntry>[Entries.Count];
        ((ICollection<KeyValuePair<string, SafetensorsEntry>>)Entries).CopyTo(sorted, 0);
        Array.Sort(sorted, static (a, b) => a.Value.Begin != b.Value.Begin ? a.Value.Begin.CompareTo(b.Value.Begin) : a.Value.End.CompareTo(b.Value.End));
        var covered = 0L;
        foreach (var (name, entry) in sorted)
        {
            if (entry.Begin < covered)
                throw new InvalidFileException(path, $"has the tensor {InvalidFileException.Quote(name)} at byte {entry.Begin} of its data, which overlaps the tensor before it");
            if (entry.Begin > covered)
                throw new InvalidFileException(path, $"has a hole at byte {covered} of its data, before the tensor {InvalidFileException.Quote(name)} at byte {entry.Begin}");
            covered = entry.End;
        }

        if (covered != dataLength)
            throw new InvalidFileException(path, $"has {dataLength} bytes of data, but its tensors end at byte {covered}");
    }

    private static bool NextProperty(ref Utf8JsonReader reader) => reader.Read() && reader.TokenType == JsonTokenType.PropertyName;

    private void Expect(ref Utf8JsonReader reader, JsonTokenType expected, string problem)
    {
        if (reader.TokenType != expected)
            throw Invalid(ref reader, problem);
    }

    private InvalidFileException Invalid(ref Utf8JsonReader reader, string problem, Exception? inner = null)
    {
        var place = $"before byte {LengthBytes + reader.BytesConsumed}";
        if (tensor is not null)
            place = $"tensor {InvalidFileException.Quote(tensor)}, {place}";
        return new InvalidFileException(path, $"{problem} ({place})", inner);
    }
}
