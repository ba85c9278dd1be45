using System.Globalization;
using System.Text;

namespace ComputeCore.Text;

/// <summary>What tokenizers' patterns tell characters apart by: <c>\p{L}</c>, <c>\p{N}</c>, <c>\s</c>, and the rest.</summary>
internal enum CharacterClass : byte
{
    Other,
    Letter,
    Number,
    Whitespace,
}

/// <summary>Classes of the characters of UTF-8 text.</summary>
internal static class CharacterClasses
{
    private static readonly CharacterClass[] BasicPlane = [.. Enumerable.Range(0, 0x10000).Select(code => Of((char)code))];

    /// <summary>
    /// The class of the character that starts at an index, and its length in bytes. Bytes that are no UTF-8 count as one
    /// character of the class <see cref="CharacterClass.Other"/>.
    /// </summary>
    public static CharacterClass At(ReadOnlySpan<byte> utf8, int index, out int length)
    {
        var first = utf8[index];
        if (first < 0x80)
        {
            length = 1;
            return BasicPlane[first];
        }

        Rune.DecodeFromUtf8(utf8[index..], out var rune, out length);
        if (rune.Value < 0x10000)
            return BasicPlane[rune.Value];
        var category = Rune.GetUnicodeCategory(rune);
        return category <= UnicodeCategory.OtherLetter ? CharacterClass.Letter : IsNumber(category) ? CharacterClass.Number : CharacterClass.Other;
    }

    private static CharacterClass Of(char character)
    {
        var category = CharUnicodeInfo.GetUnicodeCategory(character);
        return category <= UnicodeCategory.OtherLetter ? CharacterClass.Letter
            : IsNumber(category) ? CharacterClass.Number
            // Unicode's property White_Space.
            : char.IsWhiteSpace(character) ? CharacterClass.Whitespace
            : CharacterClass.Other;
    }

    private static bool IsNumber(UnicodeCategory category) =>
        category is UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber;
}
