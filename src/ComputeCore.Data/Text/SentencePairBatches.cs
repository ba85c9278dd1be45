namespace ComputeCore.Data;

/// <summary>A sentence and its translation, as token ids without those for beginning and end.</summary>
public readonly record struct SentencePair(int[] Source, int[] Target);

/// <summary>How <see cref="SentencePairBatches"/> are made.</summary>
public sealed record SentencePairOptions
{
    /// <summary>Tokens of a batch's sources, and of its targets, padding included: B·T is at most this.</summary>
    public required int TokensPerBatch { get; init; }

    /// <summary>The longest sentence, with its end; pairs with a longer one are left out.</summary>
    public int LongestSentence { get; init; } = 128;

    /// <summary>Lengths are rounded up to a multiple of this: how many shapes there are, and how much is padding.</summary>
    public int LengthStep { get; init; } = 8;

    /// <summary>The id that fills sentences up.</summary>
    public required int Padding { get; init; }

    /// <summary>The id before each target.</summary>
    public required int Beginning { get; init; }

    /// <summary>The id after each source and target.</summary>
    public required int End { get; init; }

    /// <summary>From which the orders follow.</summary>
    public ulong Seed { get; init; }

    /// <summary>Whether each epoch has an order of its own.</summary>
    public bool Shuffle { get; init; } = true;
}

/// <summary>
/// Sentence pairs in batches of about equally long ones, each batch with about as many tokens, for translation (Vaswani et al.,
/// 2017, section 5.1). Pairs that fall into one bucket of lengths have one shape, so that a model is compiled for few shapes.
/// </summary>
/// <remarks>
/// A batch is a pure function of the pairs, the options, its epoch and its number. It is five tensors: the sources with their
/// ends, i32 [B, T]; the spans of their keys, i32 [B, 3], (0, length, 0); the beginning and the targets, i32 [B, T]; their spans;
/// and the targets with their ends, i64 [B, T], where <see cref="Ignored"/> stands for padding. Rows that the last batch of a
/// bucket has too many are padding alone, of length 0.
/// </remarks>
public sealed class SentencePairBatches
{
    /// <summary>The target of padding, which a loss is to leave out: PyTorch's.</summary>
    public const int Ignored = -100;

    private readonly IReadOnlyList<SentencePair> pairs;
    private readonly SentencePairOptions options;
    private readonly List<Bucket> buckets;
    private readonly (int Bucket, int Number)[] batches;
    private readonly SampleOrder order;

    /// <summary>Sorts pairs into buckets.</summary>
    /// <exception cref="ArgumentException">No pair is short enough, or a batch holds less than the longest sentence.</exception>
    public SentencePairBatches(IReadOnlyList<SentencePair> pairs, SentencePairOptions options)
    {
        ArgumentNullException.ThrowIfNull(pairs);
        ArgumentNullException.ThrowIfNull(options);
        if (options.TokensPerBatch < options.LongestSentence)
            throw new ArgumentException($"A batch of {options.TokensPerBatch} tokens does not hold a sentence of {options.LongestSentence}.", nameof(options));
        (this.pairs, this.options) = (pairs, options);
        buckets = [.. Enumerable.Range(0, pairs.Count)
            .Where(index => LengthOf(pairs[index]) <= options.LongestSentence)
            .GroupBy(index => Math.Min(options.LongestSentence, (LengthOf(pairs[index]) + options.LengthStep - 1) / options.LengthStep * options.LengthStep))
            .OrderBy(group => group.Key)
            .Select((group, number) => new Bucket(group.Key, options.TokensPerBatch / group.Key, [.. group], options.Seed + (ulong)number + 1, options.Shuffle))];
        batches = [.. buckets.SelectMany((bucket, index) => Enumerable.Range(0, (bucket.Pairs.Length + bucket.Rows - 1) / bucket.Rows).Select(number => (index, number)))];
        if (batches.Length == 0)
            throw new ArgumentException($"None of {pairs.Count} sentence pairs is at most {options.LongestSentence} tokens long.", nameof(pairs));
        order = new SampleOrder(batches.Length, options.Seed, options.Shuffle);
    }

    /// <summary>Batches in each epoch.</summary>
    public int BatchesPerEpoch => batches.Length;

    /// <summary>Pairs in each epoch: those that are not too long.</summary>
    public int Count => buckets.Sum(bucket => bucket.Pairs.Length);

    /// <summary>The shapes [B, T] that batches have.</summary>
    public IEnumerable<(int Rows, int Length)> Shapes => buckets.Select(bucket => (bucket.Rows, bucket.Length));

    /// <summary>The batches of an epoch from a given one on. A batch's memory is used again by the next one of its shape.</summary>
    public IEnumerable<IReadOnlyList<TensorData>> Epoch(int epoch, int firstBatch)
    {
        for (var position = firstBatch; position < batches.Length; position++)
        {
            var (index, number) = batches[order.Of(epoch)[position]];
            yield return Fill(buckets[index], epoch, number);
        }
    }

    // With the end of a source, and the beginning or the end of a target.
    private static int LengthOf(SentencePair pair) => Math.Max(pair.Source.Length, pair.Target.Length) + 1;

    private TensorData[] Fill(Bucket bucket, int epoch, int number)
    {
        var tensors = bucket.Tensors;
        var source = tensors[0].AsSpan<int>();
        var sourceSpans = tensors[1].AsSpan<int>();
        var input = tensors[2].AsSpan<int>();
        var inputSpans = tensors[3].AsSpan<int>();
        var target = tensors[4].AsSpan<long>();
        source.Fill(options.Padding);
        input.Fill(options.Padding);
        target.Fill(Ignored);
        sourceSpans.Clear();
        inputSpans.Clear();
        var chosen = bucket.Order.Of(epoch)[(number * bucket.Rows)..];
        for (var row = 0; row < Math.Min(bucket.Rows, chosen.Length); row++)
        {
            var pair = pairs[bucket.Pairs[chosen[row]]];
            var start = row * bucket.Length;
            pair.Source.CopyTo(source[start..]);
            source[start + pair.Source.Length] = options.End;
            sourceSpans[(3 * row) + 1] = pair.Source.Length + 1;
            input[start] = options.Beginning;
            pair.Target.CopyTo(input[(start + 1)..]);
            inputSpans[(3 * row) + 1] = pair.Target.Length + 1;
            for (var i = 0; i < pair.Target.Length; i++)
                target[start + i] = pair.Target[i];
            target[start + pair.Target.Length] = options.End;
        }

        return tensors;
    }

    private sealed class Bucket(int length, int rows, int[] pairs, ulong seed, bool isShuffled)
    {
        public int Length => length;

        public int Rows => rows;

        public int[] Pairs => pairs;

        public SampleOrder Order { get; } = new(pairs.Length, seed, isShuffled);

        public TensorData[] Tensors { get; } =
        [
            New(ElementType.Int32, rows, length), New(ElementType.Int32, rows, 3), New(ElementType.Int32, rows, length), New(ElementType.Int32, rows, 3), New(ElementType.Int64, rows, length),
        ];

        private static TensorData New(ElementType type, int rows, int columns) => new(new TensorType(type, Shape.Create([rows, columns])));
    }
}
