using System.Text.Unicode;
using ComputeCore.Formats;

namespace ComputeCore.Text;

/// <summary>Reads text files, which must be UTF-8.</summary>
public static class Utf8Text
{
    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    /// <summary>The bytes of a text file, without a byte order mark.</summary>
    /// <param name="path">The file, of at most 2,147,483,591 bytes.</param>
    /// <exception cref="InvalidFileException">The file is empty, too large, or not UTF-8; the message gives the offset of the first bad byte.</exception>
    /// <exception cref="IOException">The file can't be read.</exception>
    public static ReadOnlyMemory<byte> Read(string path)
    {
        var length = new FileInfo(path).Length;
        if (length > Array.MaxLength)
            throw new InvalidFileException(path, $"is {length} bytes long, but a text may have {Array.MaxLength}; split it");
        var bytes = File.ReadAllBytes(path);
        var start = bytes.AsSpan().StartsWith(ByteOrderMark) ? ByteOrderMark.Length : 0;
        if (bytes.Length == start)
            throw new InvalidFileException(path, "is empty, but a text is needed");
        if (FirstInvalidByte(bytes) is { } offset)
            throw new InvalidFileException(path, $"is not UTF-8 text: the byte 0x{bytes[offset]:X2} at offset {offset} can't stand there");
        return bytes.AsMemory(start);
    }

    /// <summary>Where text stops being UTF-8, or null.</summary>
    internal static int? FirstInvalidByte(ReadOnlySpan<byte> bytes)
    {
        if (Utf8.IsValid(bytes))
            return null;
        var buffer = new char[4096];
        var offset = 0;
        while (Utf8.ToUtf16(bytes[offset..], buffer, out var read, out _, replaceInvalidSequences: false) != System.Buffers.OperationStatus.InvalidData)
            offset += read;
        Utf8.ToUtf16(bytes[offset..], buffer, out var valid, out _, replaceInvalidSequences: false);
        return offset + valid;
    }
}
