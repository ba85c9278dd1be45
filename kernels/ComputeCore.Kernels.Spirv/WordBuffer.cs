using System.Text;

namespace ComputeCore.Kernels.Spirv;

/// <summary>A sequence of instructions.</summary>
internal sealed class WordBuffer
{
    private readonly List<uint> words = [];

    public int Count => words.Count;

    public IReadOnlyList<uint> Words => words;

    public void Add(Op op, params uint[] operands)
    {
        words.Add((uint)(operands.Length + 1) << 16 | (uint)op);
        words.AddRange(operands);
    }

    public void Append(WordBuffer other) => words.AddRange(other.words);

    /// <summary>A literal string: UTF-8, terminated and padded by zeros to whole words.</summary>
    public static uint[] Literal(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var literal = new uint[bytes.Length / 4 + 1];
        for (var i = 0; i < bytes.Length; i++)
            literal[i / 4] |= (uint)bytes[i] << 8 * (i % 4);
        return literal;
    }

    /// <summary>The string that a literal holds.</summary>
    public static string Text(IEnumerable<uint> literal)
    {
        var bytes = literal.SelectMany(word => new[] { (byte)word, (byte)(word >> 8), (byte)(word >> 16), (byte)(word >> 24) });
        return Encoding.UTF8.GetString([.. bytes.TakeWhile(value => value != 0)]);
    }
}
