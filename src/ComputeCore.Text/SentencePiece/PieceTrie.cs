namespace ComputeCore.Text;

/// <summary>Finds all pieces that a text starts with, in one walk.</summary>
internal sealed class PieceTrie
{
    private const int None = -1;

    /// <summary>From node and byte to the next node.</summary>
    private readonly Dictionary<long, int> children = [];
    private readonly List<int> ids = [None];

    public void Add(ReadOnlySpan<byte> piece, int id)
    {
        var node = 0;
        foreach (var value in piece)
        {
            var key = ((long)node << 8) | value;
            if (!children.TryGetValue(key, out var next))
            {
                next = ids.Count;
                ids.Add(None);
                children.Add(key, next);
            }

            node = next;
        }

        ids[node] = id;
    }

    /// <summary>Goes on with a byte; false where no piece does. The id is that of the piece that ends here, or negative.</summary>
    public bool TryStep(ref int node, byte value, out int id)
    {
        if (!children.TryGetValue(((long)node << 8) | value, out node))
        {
            id = None;
            return false;
        }

        id = ids[node];
        return true;
    }

    /// <summary>The length of the longest piece that a text starts with; 0 if there is none.</summary>
    public int LongestMatch(ReadOnlySpan<byte> text)
    {
        var (node, longest) = (0, 0);
        for (var i = 0; i < text.Length && TryStep(ref node, text[i], out var id); i++)
            longest = id >= 0 ? i + 1 : longest;
        return longest;
    }
}
