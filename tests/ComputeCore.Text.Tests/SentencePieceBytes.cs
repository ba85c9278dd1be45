using System.Buffers.Binary;
using System.Text;

namespace ComputeCore.Text.Tests;

/// <summary>A small SentencePiece model written byte by byte, field by field of <c>sentencepiece_model.proto</c>.</summary>
internal static class SentencePieceBytes
{
    private const int Varint = 0, Bytes = 2, Fixed32 = 5;

    /// <summary>Pieces for a few words of English, bytes for all else, and a rule of normalization: <c>A</c> becomes <c>a</c>.</summary>
    public static byte[] Model(bool isBytePair)
    {
        (string Text, int Kind)[] special = [("<unk>", 2), ("<s>", 3), ("</s>", 3)];
        var bytes = Enumerable.Range(0, 256).Select(value => ($"<0x{value:X2}>", 6));
        var words = new[] { "▁", "t", "h", "e", "w", "a", "l", "s", "▁t", "▁th", "▁the", "wh", "ale", "▁w", "al", "whale" }.Select(text => (text, 1));
        List<byte> model = [];
        foreach (var ((text, kind), index) in special.Concat(bytes).Concat(words).Select((piece, index) => (piece, index)))
        {
            var score = new byte[4];
            BinaryPrimitives.WriteSingleLittleEndian(score, -index / 16f);
            model.AddRange(Field(1, Bytes, [.. Field(1, Bytes, Encoding.UTF8.GetBytes(text)), .. Tag(2, Fixed32), .. score, .. Field(3, (ulong)kind)]));
        }

        model.AddRange(Field(2, Bytes, [.. Field(3, isBytePair ? 2UL : 1), .. Field(35, 1)]));
        model.AddRange(Field(3, Bytes, [.. Field(2, Bytes, Rules()), .. Field(3, 1), .. Field(4, 1)]));
        return [.. model];
    }

    // A double-array trie as darts-clone lays it out: the root's offset leads to the unit of 'A', whose own leads to its value.
    private static byte[] Rules()
    {
        const uint Root = 128, HasLeaf = 1 << 8, Leaf = 1u << 31;
        var units = new uint[256];
        units[0] = Root << 10;
        units[Root ^ 'A'] = (1 << 10) | HasLeaf | 'A';
        units[Root ^ 'A' ^ 1] = Leaf;
        var rules = new byte[4 + (4 * units.Length) + 2];
        BinaryPrimitives.WriteInt32LittleEndian(rules, 4 * units.Length);
        for (var i = 0; i < units.Length; i++)
            BinaryPrimitives.WriteUInt32LittleEndian(rules.AsSpan(4 + (4 * i)), units[i]);
        rules[^2] = (byte)'a';
        return rules;
    }

    private static byte[] Field(int number, int kind, byte[] content) => [.. Tag(number, kind), .. Number((ulong)content.Length), .. content];

    private static byte[] Field(int number, ulong value) => [.. Tag(number, Varint), .. Number(value)];

    private static byte[] Tag(int number, int kind) => Number((ulong)((number << 3) | kind));

    private static byte[] Number(ulong value)
    {
        var bytes = new List<byte>();
        for (; value >= 0x80; value >>= 7)
            bytes.Add((byte)(value | 0x80));
        return [.. bytes, (byte)value];
    }
}
