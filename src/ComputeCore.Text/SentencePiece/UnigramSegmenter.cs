namespace ComputeCore.Text;

/// <summary>Cuts text into the pieces of the highest probability in all (Kudo, 2018, "Subword regularization"), by Viterbi's algorithm.</summary>
internal sealed class UnigramSegmenter
{
    /// <summary>By so much an unknown character is less likely than the least likely piece.</summary>
    private const float UnknownPenalty = 10;

    private readonly List<Piece> pieces;
    private readonly PieceTrie trie = new();
    private readonly float unknownScore;
    private readonly float highestScore;

    public UnigramSegmenter(List<Piece> pieces)
    {
        this.pieces = pieces;
        for (var id = 0; id < pieces.Count; id++)
        {
            if (pieces[id].Kind is PieceKind.Normal or PieceKind.UserDefined)
                trie.Add(pieces[id].Text, id);
        }

        var scores = pieces.Where(piece => piece.Kind == PieceKind.Normal).Select(piece => piece.Score).DefaultIfEmpty().ToList();
        (unknownScore, highestScore) = (scores.Min() - UnknownPenalty, scores.Max());
    }

    /// <summary>Calls back with each piece from the start on: its end, and its id, negative for an unknown character.</summary>
    public void Segment(ReadOnlySpan<byte> text, Action<int, int> emit)
    {
        // The best way to each place: where its last piece starts, which it is, and the score of all.
        var best = new (int Start, int Id, float Score)[text.Length + 1];
        best.AsSpan(1).Fill((-1, -1, 0));
        for (int start = 0, length; start < text.Length; start += length)
        {
            System.Text.Rune.DecodeFromUtf8(text[start..], out _, out length);
            var hasCharacter = false;
            var node = 0;
            for (var end = start; end < text.Length && trie.TryStep(ref node, text[end], out var id); end++)
            {
                if (id < 0)
                    continue;
                var pieceLength = end + 1 - start;
                var score = pieces[id].Kind == PieceKind.UserDefined ? (pieceLength * highestScore) - 0.1 : pieces[id].Score;
                Take(end + 1, start, id, score + best[start].Score);
                hasCharacter |= pieceLength == length;
            }

            if (!hasCharacter)
                Take(start + length, start, -1, unknownScore + best[start].Score);
        }

        var path = new Stack<(int End, int Id)>();
        for (var end = text.Length; end > 0; end = best[end].Start)
            path.Push((end, best[end].Id));
        foreach (var (end, id) in path)
            emit(end, id);

        // SentencePiece compares in double what it keeps in float, which decides between ways that are equally good.
        void Take(int end, int start, int id, double score)
        {
            if (best[end].Start < 0 || score > best[end].Score)
                best[end] = (start, id, (float)score);
        }
    }
}
