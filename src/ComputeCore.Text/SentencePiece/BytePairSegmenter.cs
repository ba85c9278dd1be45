using System.Text;

namespace ComputeCore.Text;

/// <summary>Merges characters into pieces, the one of the highest score first, of equal ones the leftmost.</summary>
internal sealed class BytePairSegmenter
{
    private readonly List<Piece> pieces;
    private readonly ByteMap ids;
    private readonly PieceTrie userDefined;

    public BytePairSegmenter(List<Piece> pieces, PieceTrie userDefined)
    {
        (this.pieces, this.userDefined, ids) = (pieces, userDefined, new ByteMap(pieces.Count));
        for (var id = 0; id < pieces.Count; id++)
        {
            if (pieces[id].Kind is PieceKind.Normal or PieceKind.UserDefined)
                ids[pieces[id].Text] = id;
        }
    }

    /// <summary>Calls back with each piece from the start on: its end, and its id, negative for an unknown character.</summary>
    public void Segment(ReadOnlySpan<byte> text, Action<int, int> emit)
    {
        // Symbols are linked by their numbers; one that was merged into its left neighbour has the length 0.
        var symbols = new List<(int Start, int Length, int Previous, int Next, bool IsFrozen)>();
        for (int start = 0, length; start < text.Length; start += length)
        {
            var defined = userDefined.LongestMatch(text[start..]);
            Rune.DecodeFromUtf8(text[start..], out _, out length);
            length = defined > 0 ? defined : length;
            symbols.Add((start, length, symbols.Count - 1, symbols.Count + 1, defined > 0));
        }

        var queue = new PriorityQueue<(int Left, int Length), (float NegativeScore, int Left)>();
        for (var i = 0; i + 1 < symbols.Count; i++)
            Enqueue(text, i);
        while (queue.TryDequeue(out var candidate, out _))
        {
            var left = symbols[candidate.Left];
            if (left.Length == 0 || left.Next >= symbols.Count || left.Length + symbols[left.Next].Length != candidate.Length)
                continue;
            var right = symbols[left.Next];
            symbols[left.Next] = right with { Length = 0 };
            symbols[candidate.Left] = left with { Length = candidate.Length, Next = right.Next };
            if (right.Next < symbols.Count)
            {
                symbols[right.Next] = symbols[right.Next] with { Previous = candidate.Left };
                Enqueue(text, candidate.Left);
            }

            if (left.Previous >= 0)
                Enqueue(text, left.Previous);
        }

        for (var i = 0; i < symbols.Count; i = symbols[i].Next)
            emit(symbols[i].Start + symbols[i].Length, ids.TryGet(text.Slice(symbols[i].Start, symbols[i].Length), out var id) ? (int)id : -1);

        void Enqueue(ReadOnlySpan<byte> text, int left)
        {
            var (first, second) = (symbols[left], symbols[symbols[left].Next]);
            var length = first.Length + second.Length;
            if (!first.IsFrozen && !second.IsFrozen && ids.TryGet(text.Slice(first.Start, length), out var id))
                queue.Enqueue((left, length), (-pieces[(int)id].Score, left));
        }
    }
}
