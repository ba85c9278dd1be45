using System.Buffers;
using System.Globalization;
using System.Text;

namespace ComputeCore.Text;

/// <summary>
/// BERT's basic tokenizer (Devlin et al., 2019), as Hugging Face's tokenizers do it: control characters go, white space becomes
/// spaces, Chinese characters stand alone, accents and capitals go where asked for; then words end at spaces, and each
/// punctuation mark is one.
/// </summary>
/// <param name="IsLowerCase">Whether capitals become small letters.</param>
/// <param name="StripsAccents">Whether accents are taken off.</param>
/// <param name="SplitsChinese">Whether each Chinese character is a word.</param>
/// <param name="IsCleaned">Whether control characters go.</param>
internal sealed record BertText(bool IsLowerCase, bool StripsAccents, bool SplitsChinese, bool IsCleaned)
{
    /// <summary>The text made even: what <see cref="NextWord"/> takes words from. Bytes that are no UTF-8 become U+FFFD, or go where text is cleaned.</summary>
    public ReadOnlySpan<byte> Normalize(ReadOnlySpan<byte> utf8)
    {
        var cleaned = new ArrayBufferWriter<byte>(utf8.Length + 16);
        for (var i = 0; i < utf8.Length;)
        {
            if (utf8[i] < 0x80)
            {
                var value = utf8[i++];
                if (!IsCleaned || value is >= 0x20 and not 0x7F)
                    Append(cleaned, value);
                else if (value is (byte)'\t' or (byte)'\n' or (byte)'\r')
                    Append(cleaned, (byte)' ');
                continue;
            }

            Rune.DecodeFromUtf8(utf8[i..], out var rune, out var length);
            i += length;
            if (IsCleaned && (rune == Rune.ReplacementChar || IsControl(rune)))
                continue;
            var isAlone = SplitsChinese && IsChinese(rune.Value);
            if (isAlone)
                Append(cleaned, (byte)' ');
            if (IsCleaned && Rune.IsWhiteSpace(rune))
                Append(cleaned, (byte)' ');
            else
                Append(cleaned, rune);
            if (isAlone)
                Append(cleaned, (byte)' ');
        }

        var text = cleaned.WrittenSpan;
        if (StripsAccents)
            text = WithoutAccents(text);
        return IsLowerCase ? Lowered(text) : text;
    }

    /// <summary>The first word of a normalized text from an index on; the index moves behind it. Empty at the end.</summary>
    public static ReadOnlySpan<byte> NextWord(ReadOnlySpan<byte> text, ref int index)
    {
        var start = index;
        while (index < text.Length)
        {
            var kind = KindAt(text, index, out var length);
            if (kind == Kind.Letter)
            {
                index += length;
                continue;
            }

            if (index > start)
                break;
            index += length;
            if (kind == Kind.Punctuation)
                break;
            start = index;
        }

        return text[start..index];
    }

    private static ReadOnlySpan<byte> WithoutAccents(ReadOnlySpan<byte> text)
    {
        if (System.Text.Ascii.IsValid(text))
            return text;
        text = CanonicalNormalization.Decompose(text, new ArrayBufferWriter<byte>());
        var kept = new ArrayBufferWriter<byte>(text.Length + 16);
        foreach (var rune in EnumerateRunes(text))
        {
            if (Rune.GetUnicodeCategory(rune) != UnicodeCategory.NonSpacingMark)
                Append(kept, rune);
        }

        return kept.WrittenSpan;
    }

    private static ReadOnlySpan<byte> Lowered(ReadOnlySpan<byte> text)
    {
        var lowered = new ArrayBufferWriter<byte>(text.Length + 16);
        if (System.Text.Ascii.IsValid(text))
        {
            System.Text.Ascii.ToLower(text, lowered.GetSpan(text.Length), out var written);
            lowered.Advance(written);
            return lowered.WrittenSpan;
        }

        foreach (var rune in EnumerateRunes(text))
        {
            Append(lowered, Rune.ToLowerInvariant(rune));
            // The one character whose small letter Unicode writes as two (SpecialCasing.txt).
            if (rune.Value == 0x130)
                Append(lowered, new Rune(0x307));
        }

        return lowered.WrittenSpan;
    }

    private static Kind KindAt(ReadOnlySpan<byte> text, int index, out int length)
    {
        Rune.DecodeFromUtf8(text[index..], out var rune, out length);
        if (rune.IsAscii)
        {
            return rune.Value is ' ' or (>= '\t' and <= '\r') ? Kind.Space
                : char.IsAsciiLetterOrDigit((char)rune.Value) || rune.Value is < 0x20 or 0x7F ? Kind.Letter
                : Kind.Punctuation;
        }

        return Rune.IsWhiteSpace(rune) ? Kind.Space : Rune.IsPunctuation(rune) ? Kind.Punctuation : Kind.Letter;
    }

    private static SpanRuneEnumeratorUtf8 EnumerateRunes(ReadOnlySpan<byte> text) => new(text);

    private static bool IsControl(Rune rune) =>
        Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.PrivateUse;

    /// <summary>The blocks that BERT's tokenizer counts as Chinese: CJK ideographs, not kana or hangul.</summary>
    private static bool IsChinese(int code) => code is
        (>= 0x4E00 and <= 0x9FFF) or (>= 0x3400 and <= 0x4DBF) or (>= 0x20000 and <= 0x2A6DF) or (>= 0x2A700 and <= 0x2B73F) or
        (>= 0x2B740 and <= 0x2B81F) or (>= 0x2B920 and <= 0x2CEAF) or (>= 0xF900 and <= 0xFAFF) or (>= 0x2F800 and <= 0x2FA1F);

    private static void Append(ArrayBufferWriter<byte> writer, byte value)
    {
        writer.GetSpan(1)[0] = value;
        writer.Advance(1);
    }

    private static void Append(ArrayBufferWriter<byte> writer, Rune rune) => writer.Advance(rune.EncodeToUtf8(writer.GetSpan(4)));

    private enum Kind
    {
        Letter,
        Space,
        Punctuation,
    }

    private ref struct SpanRuneEnumeratorUtf8(ReadOnlySpan<byte> rest)
    {
        private ReadOnlySpan<byte> rest = rest;

        public Rune Current { get; private set; }

        public readonly SpanRuneEnumeratorUtf8 GetEnumerator() => this;

        public bool MoveNext()
        {
            if (rest.IsEmpty)
                return false;
            Rune.DecodeFromUtf8(rest, out var rune, out var length);
            Current = rune;
            rest = rest[length..];
            return true;
        }
    }
}
