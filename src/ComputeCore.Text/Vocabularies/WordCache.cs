namespace ComputeCore.Text;

/// <summary>The token ids of words met lately: text repeats its words, and a look-up is cheaper than their making.</summary>
internal sealed class WordCache
{
    private const int MostWords = 1 << 16;
    private const int LongestWord = 64;
    private const int CountBits = 8;

    private readonly ByteMap words = new(1024);
    private readonly List<int> ids = [];

    public bool TryAppend(ReadOnlySpan<byte> word, List<int> target)
    {
        if (word.Length > LongestWord || !words.TryGet(word, out var place))
            return false;
        var (start, count) = ((int)(place >> CountBits), (int)(place & ((1 << CountBits) - 1)));
        for (var i = 0; i < count; i++)
            target.Add(ids[start + i]);
        return true;
    }

    /// <summary>Keeps the last ids of a list as those of a word.</summary>
    public void Add(ReadOnlySpan<byte> word, List<int> source, int start)
    {
        if (word.Length > LongestWord)
            return;
        if (words.Count == MostWords)
        {
            words.Clear();
            ids.Clear();
        }

        words[word] = ((long)ids.Count << CountBits) | (long)(source.Count - start);
        for (var i = start; i < source.Count; i++)
            ids.Add(source[i]);
    }
}
