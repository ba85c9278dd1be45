namespace ComputeCore.Text;

/// <summary>
/// How byte-level vocabularies write bytes as characters: printable ones of Latin-1 stand for themselves, the others, in
/// their order, are the characters from U+0100 on (Radford et al., 2019, GPT-2's <c>bytes_to_unicode</c>).
/// </summary>
internal static class ByteAlphabet
{
    private const int FirstSubstitute = 0x100;

    private static readonly char[] Characters = new char[256];
    private static readonly short[] Bytes = new short[FirstSubstitute + 256];

    static ByteAlphabet()
    {
        Bytes.AsSpan().Fill(-1);
        var substitute = (char)FirstSubstitute;
        for (var value = 0; value < 256; value++)
        {
            var standsForItself = value is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or >= 0xAE;
            Characters[value] = standsForItself ? (char)value : substitute++;
            Bytes[Characters[value]] = (short)value;
        }
    }

    public static char CharacterOf(byte value) => Characters[value];

    /// <summary>The bytes in the order of their characters: that of the first 256 ids of GPT-2.</summary>
    public static IEnumerable<byte> InOrder => Enumerable.Range(0, 256).Select(value => (byte)value).OrderBy(value => Characters[value]);

    public static string Write(ReadOnlySpan<byte> bytes)
    {
        Span<char> text = bytes.Length <= 256 ? stackalloc char[bytes.Length] : new char[bytes.Length];
        for (var i = 0; i < bytes.Length; i++)
            text[i] = Characters[bytes[i]];
        return new string(text);
    }

    /// <summary>The bytes of a token, or null if it has a character that stands for none.</summary>
    public static byte[]? Read(string token)
    {
        var bytes = new byte[token.Length];
        for (var i = 0; i < bytes.Length; i++)
        {
            if (token[i] >= Bytes.Length || Bytes[token[i]] < 0)
                return null;
            bytes[i] = (byte)Bytes[token[i]];
        }

        return bytes;
    }
}
