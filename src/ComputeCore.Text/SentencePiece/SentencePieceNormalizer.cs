using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace ComputeCore.Text;

/// <summary>
/// Normalizes text as a SentencePiece model was trained on it: by rules, the longest that fits, from a double-array trie (Aoe,
/// 1989; the layout of units is that of darts-clone), and with spaces written as U+2581.
/// </summary>
internal sealed class SentencePieceNormalizer
{
    private readonly uint[] trie = [];
    private readonly byte[] replacements = [];
    private readonly bool addsPrefix;
    private readonly bool removesExtraSpaces;

    /// <summary>Pieces that the user defined are left as they are.</summary>
    private readonly PieceTrie userDefined;

    /// <exception cref="FormatException">The rules are damaged.</exception>
    public SentencePieceNormalizer(SentencePieceModel model, PieceTrie userDefined)
    {
        (addsPrefix, removesExtraSpaces, this.userDefined) = (model.AddsPrefix, model.RemovesExtraSpaces, userDefined);
        var rules = model.Rules.AsSpan();
        if (rules.IsEmpty)
            return;
        var bytes = rules.Length >= 4 ? BinaryPrimitives.ReadUInt32LittleEndian(rules) : uint.MaxValue;
        if (bytes > rules.Length - 4 || bytes % 4 != 0 || bytes == 0)
            throw new FormatException("has damaged rules of normalization");
        trie = MemoryMarshal.Cast<byte, uint>(rules.Slice(4, (int)bytes)).ToArray();
        replacements = rules[(4 + (int)bytes)..].ToArray();
        if (replacements.Length > 0 && replacements[^1] != 0)
            throw new FormatException("has damaged rules of normalization");
    }

    public static ReadOnlySpan<byte> Space => "▁"u8;

    public ReadOnlySpan<byte> Normalize(ReadOnlySpan<byte> text)
    {
        var result = new ArrayBufferWriter<byte>(text.Length + 16);
        var rest = text;
        while (removesExtraSpaces && !rest.IsEmpty && First(rest, out var length).SequenceEqual(" "u8))
            rest = rest[length..];
        if (rest.IsEmpty)
            return [];
        if (addsPrefix)
            result.Write(Space);
        var followsSpace = removesExtraSpaces;
        while (!rest.IsEmpty)
        {
            var part = First(rest, out var length);
            if (followsSpace)
                part = part.TrimStart((byte)' ');
            foreach (var value in part)
                result.Write(value == ' ' ? Space : new ReadOnlySpan<byte>(in value));
            if (!part.IsEmpty)
                followsSpace = removesExtraSpaces && part[^1] == ' ';
            rest = rest[length..];
        }

        var written = result.WrittenSpan;
        while (removesExtraSpaces && written.EndsWith(Space))
            written = written[..^Space.Length];
        return written;
    }

    /// <summary>What the start of a text becomes, and its length.</summary>
    private ReadOnlySpan<byte> First(ReadOnlySpan<byte> text, out int length)
    {
        if (userDefined.LongestMatch(text) is > 0 and var defined)
        {
            length = defined;
            return text[..defined];
        }

        var (replacement, matched) = (-1, 0);
        var node = trie.Length > 0 ? Offset(trie[0]) : 0U;
        for (var i = 0; i < text.Length && trie.Length > 0; i++)
        {
            node ^= text[i];
            if (node >= trie.Length || (trie[node] & 0x8000_00FF) != text[i])
                break;
            var unit = trie[node];
            node ^= Offset(unit);
            if ((unit >> 8 & 1) != 0 && node < trie.Length)
                (replacement, matched) = ((int)(trie[node] & 0x7FFF_FFFF), i + 1);
        }

        if (matched > 0 && replacement < replacements.Length)
        {
            length = matched;
            var start = replacements.AsSpan(replacement);
            return start[..start.IndexOf((byte)0)];
        }

        var isValid = Rune.DecodeFromUtf8(text, out _, out length) == OperationStatus.Done;
        if (isValid)
            return text[..length];
        length = 1;
        return "\uFFFD"u8;

        static uint Offset(uint unit) => unit >> 10 << (int)((unit & (1U << 9)) >> 6);
    }
}
