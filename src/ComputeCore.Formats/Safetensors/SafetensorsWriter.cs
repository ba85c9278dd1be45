using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using System.Text.Json;

namespace ComputeCore.Formats.Safetensors;

/// <summary>
/// Writes safetensors files. The same tensors and metadata give the same bytes: tensors are laid out by the size of their
/// elements, largest first, and then by name, so that each is aligned to its elements without padding between tensors, which
/// the format forbids; spaces after the header align the data to 8 bytes.
/// </summary>
public static class SafetensorsWriter
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Writes a file whole or not at all (see <see cref="AtomicFile"/>), replacing the one that has the name.</summary>
    /// <param name="path">The file; its folder must exist.</param>
    /// <param name="tensors">The tensors by name.</param>
    /// <param name="metadata">Free text under free keys, or nothing.</param>
    /// <exception cref="ArgumentException">A name is reserved by the format, or not valid Unicode.</exception>
    /// <exception cref="IOException">The disk is full, or the file can't be written; the old file is untouched.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be written to.</exception>
    public static void Write(string path, IReadOnlyDictionary<string, TensorData> tensors, IReadOnlyDictionary<string, string>? metadata = null) =>
        AtomicFile.Write(path, stream => Write(stream, tensors, metadata));

    /// <summary>Writes the content of a file to a stream.</summary>
    /// <param name="stream">Where the content goes, from its current position.</param>
    /// <param name="tensors">The tensors by name.</param>
    /// <param name="metadata">Free text under free keys, or nothing.</param>
    /// <exception cref="ArgumentException">A name is reserved by the format, or not valid Unicode.</exception>
    public static void Write(Stream stream, IReadOnlyDictionary<string, TensorData> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(tensors);
        var ordered = tensors
            .OrderByDescending(tensor => tensor.Value.ElementType.SizeInBytes())
            .ThenBy(tensor => tensor.Key, StringComparer.Ordinal)
            .ToArray();
        stream.Write(Header(ordered, metadata));
        foreach (var (_, data) in ordered)
            stream.Write(data.Bytes);
    }

    private static byte[] Header(KeyValuePair<string, TensorData>[] tensors, IReadOnlyDictionary<string, string>? metadata)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            if (metadata is not null)
                WriteMetadata(json, metadata);
            var offset = 0L;
            foreach (var (name, data) in tensors)
            {
                WriteEntry(json, name, data.Type, offset);
                offset += data.Type.SizeInBytes;
            }

            json.WriteEndObject();
        }

        var length = (buffer.WrittenCount + 7) & ~7;
        if (length > SafetensorsHeader.LongestHeader)
            throw new ArgumentException($"The names and metadata make a header of {length} bytes, more than the safetensors format's limit of {SafetensorsHeader.LongestHeader}.");
        var header = new byte[SafetensorsHeader.LengthBytes + length];
        BinaryPrimitives.WriteInt64LittleEndian(header, length);
        buffer.WrittenSpan.CopyTo(header.AsSpan(SafetensorsHeader.LengthBytes));
        header.AsSpan(SafetensorsHeader.LengthBytes + buffer.WrittenCount).Fill((byte)' ');
        return header;
    }

    private static void WriteMetadata(Utf8JsonWriter json, IReadOnlyDictionary<string, string> metadata)
    {
        json.WriteStartObject(SafetensorsHeader.MetadataName);
        foreach (var (key, value) in metadata.OrderBy(pair => pair.Key, StringComparer.Ordinal))
            json.WriteString(Checked(key), Checked(value));
        json.WriteEndObject();
    }

    private static void WriteEntry(Utf8JsonWriter json, string name, TensorType type, long offset)
    {
        if (name == SafetensorsHeader.MetadataName)
            throw new ArgumentException($"A tensor can't be named {name}: the safetensors format keeps its metadata under that name.", nameof(name));
        json.WriteStartObject(Checked(name));
        json.WriteString("dtype"u8, SafetensorsType.NameOf(type.ElementType));
        json.WriteStartArray("shape"u8);
        foreach (var extent in type.Shape.AsSpan())
            json.WriteNumberValue(extent);
        json.WriteEndArray();
        json.WriteStartArray("data_offsets"u8);
        json.WriteNumberValue(offset);
        json.WriteNumberValue(offset + type.SizeInBytes);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>The text itself if it is valid Unicode; the JSON writer would replace half of a surrogate pair in silence.</summary>
    private static string Checked(string text)
    {
        StrictUtf8.GetByteCount(text);
        return text;
    }
}
