using System.Runtime.InteropServices;

namespace ComputeCore.Text;

/// <summary>
/// Learns merges from words and their counts: again and again the pair of neighbours that occurs most often becomes a token
/// (Gage, 1994; Sennrich, Haddow and Birch, 2016). Of pairs that occur equally often the one with the lowest ids is taken,
/// first by the left, then by the right one, as in Hugging Face's trainer: the result depends on nothing else.
/// </summary>
/// <remarks>
/// The counts of pairs are kept, with the words in which each occurs, and a merge touches those words alone. The queue is lazy:
/// a pair whose count has fallen is put back when it comes up. Counts rise only in the step that makes the pair, or makes a
/// token anew that another merge made before; then it is queued once more.
/// </remarks>
internal sealed class MergeLearner
{
    private readonly List<string> tokens;
    private readonly Dictionary<string, int> ids = [];
    private readonly string prefix;
    private readonly int[] symbols;
    private readonly int[] starts;
    private readonly int[] lengths;
    private readonly long[] counts;

    private readonly Dictionary<ulong, int> indexOfPair = [];
    private readonly List<(ulong Pair, long Count)> pairs = [];
    private readonly List<List<int>> wordsOfPair = [];
    private readonly PriorityQueue<int, (long NegativeCount, ulong Pair)> queue = new();
    private readonly List<int> raised = [];

    /// <param name="tokens">The tokens to start from, by id; those that are made are added.</param>
    /// <param name="prefix">What a token that goes on with a word starts with, and loses when it is merged to another.</param>
    /// <param name="words">Words as ids, and how often each occurs.</param>
    public MergeLearner(List<string> tokens, string prefix, IReadOnlyList<(int[] Symbols, long Count)> words)
    {
        this.tokens = tokens;
        this.prefix = prefix;
        for (var id = 0; id < tokens.Count; id++)
            ids[tokens[id]] = id;
        symbols = new int[words.Sum(word => word.Symbols.Length)];
        starts = new int[words.Count];
        lengths = new int[words.Count];
        counts = new long[words.Count];
        var end = 0;
        for (var word = 0; word < words.Count; word++)
        {
            words[word].Symbols.CopyTo(symbols, end);
            (starts[word], lengths[word], counts[word]) = (end, words[word].Symbols.Length, words[word].Count);
            end += lengths[word];
            for (var i = starts[word]; i < end - 1; i++)
                Change(symbols[i], symbols[i + 1], counts[word], word);
        }

        QueueRaised();
    }

    /// <summary>The merges so far, as pairs of ids.</summary>
    public List<(int Left, int Right)> Merges { get; } = [];

    /// <summary>Merges until there are so many tokens, or no pair occurs twice.</summary>
    public void Run(int vocabularySize, IProgress<TrainingProgress>? progress, CancellationToken cancellationToken)
    {
        const int StepsPerReport = 256;
        while (tokens.Count < vocabularySize && TryTakeMostFrequent(out var index))
        {
            Merge(index);
            if (Merges.Count % StepsPerReport == 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
                progress?.Report(new TrainingProgress("Merging pairs", tokens.Count, vocabularySize));
            }
        }
    }

    private bool TryTakeMostFrequent(out int index)
    {
        while (queue.TryDequeue(out index, out var priority))
        {
            var count = pairs[index].Count;
            if (count == -priority.NegativeCount && count >= 2)
                return true;
            if (count < -priority.NegativeCount && count >= 2)
                queue.Enqueue(index, (-count, pairs[index].Pair));
        }

        return false;
    }

    private void Merge(int index)
    {
        var pair = pairs[index].Pair;
        var (left, right) = ((int)(pair >> 32), (int)(uint)pair);
        Merges.Add((left, right));
        var text = tokens[left] + tokens[right][(prefix.Length > 0 && tokens[right].StartsWith(prefix, StringComparison.Ordinal) ? prefix.Length : 0)..];
        if (!ids.TryGetValue(text, out var merged))
        {
            merged = tokens.Count;
            ids.Add(text, merged);
            tokens.Add(text);
        }

        var words = wordsOfPair[index];
        wordsOfPair[index] = [];
        foreach (var word in words)
            MergeIn(word, left, right, merged);
        QueueRaised();
    }

    private void MergeIn(int word, int left, int right, int merged)
    {
        var count = counts[word];
        var text = symbols.AsSpan(starts[word], lengths[word]);
        var write = 0;
        for (var read = 0; read < text.Length; read++)
        {
            if (text[read] != left || read + 1 >= text.Length || text[read + 1] != right)
            {
                text[write++] = text[read];
                continue;
            }

            Change(left, right, -count, word);
            if (write > 0)
            {
                Change(text[write - 1], left, -count, word);
                Change(text[write - 1], merged, count, word);
            }

            read++;
            if (read + 1 < text.Length)
            {
                Change(right, text[read + 1], -count, word);
                Change(merged, text[read + 1], count, word);
            }

            text[write++] = merged;
        }

        lengths[word] = write;
    }

    private void Change(int left, int right, long by, int word)
    {
        var pair = ((ulong)(uint)left << 32) | (uint)right;
        ref var index = ref CollectionsMarshal.GetValueRefOrAddDefault(indexOfPair, pair, out var exists);
        if (!exists)
        {
            index = pairs.Count;
            pairs.Add((pair, 0));
            wordsOfPair.Add([]);
        }

        pairs[index] = (pair, pairs[index].Count + by);
        if (by < 0)
            return;
        var words = wordsOfPair[index];
        if (words.Count == 0 || words[^1] != word)
            words.Add(word);
        if (raised.Count == 0 || raised[^1] != index)
            raised.Add(index);
    }

    private void QueueRaised()
    {
        raised.Sort();
        var last = -1;
        foreach (var index in raised)
        {
            if (index != last && pairs[index].Count >= 2)
                queue.Enqueue(index, (-pairs[index].Count, pairs[index].Pair));
            last = index;
        }

        raised.Clear();
    }
}
