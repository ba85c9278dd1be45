namespace ComputeCore.Data;

/// <summary>How <see cref="MaskedLanguageModelBatches"/> are made.</summary>
public sealed record MaskedLanguageModelOptions
{
    /// <summary>Sequences in a batch: B.</summary>
    public required int BatchSize { get; init; }

    /// <summary>Tokens in a sequence, with the three special ones: T, at least 8.</summary>
    public required int Length { get; init; }

    /// <summary>The id of <c>[CLS]</c>, before each sequence.</summary>
    public required int Class { get; init; }

    /// <summary>The id of <c>[SEP]</c>, after each of the two parts. In the text it ends each sentence, and a second one each document.</summary>
    public required int Separator { get; init; }

    /// <summary>The id of <c>[MASK]</c>.</summary>
    public required int Mask { get; init; }

    /// <summary>The id of <c>[PAD]</c>.</summary>
    public required int Padding { get; init; }

    /// <summary>Ids below this are special, and neither masked nor put in as random ones.</summary>
    public required int FirstOrdinary { get; init; }

    /// <summary>The share of tokens that are to be predicted.</summary>
    public double MaskedShare { get; init; } = 0.15;

    /// <summary>From which orders, pairs and masks follow.</summary>
    public ulong Seed { get; init; }

    /// <summary>Whether each epoch has an order of its own.</summary>
    public bool Shuffle { get; init; } = true;
}

/// <summary>
/// Sequences with masked tokens, each of two parts of which the second follows the first or not: BERT's two tasks (Devlin et
/// al., 2019, section 3.1). Of each sequence the same share is to be predicted, as in the authors' code; of these tokens 80 % become
/// <c>[MASK]</c>, 10 % a random token, and 10 % stay.
/// </summary>
/// <remarks>
/// A document's sentences are packed, as many as fit, and cut in two at a random sentence; half of the second parts are replaced
/// by another place's. A batch is a pure function of the text, the options, its epoch and its number. It is six tensors: tokens i32
/// [B, T]; segments i32 [B, T], 1 for the second part; spans i32 [B, 3], (0, length, 0); which of the B·T tokens are to be predicted, in
/// order, i64 [B, P]; what they are, i64 [B, P], <see cref="SentencePairBatches.Ignored"/> at the end of sequences that have fewer than
/// P; and i64 [B], 0 where the second part follows, 1 where not.
/// </remarks>
public sealed class MaskedLanguageModelBatches
{
    private const int SpecialTokens = 3;

    private readonly TokenFile text;
    private readonly MaskedLanguageModelOptions options;

    /// <summary>For each example its sentences' starts, and the end of the last one; separators are not in.</summary>
    private readonly List<(long Start, int[] Ends)> examples = [];
    private readonly SampleOrder order;
    private readonly TensorData[] tensors;
    private readonly int[] words;

    /// <summary>Packs a text's sentences into examples.</summary>
    /// <exception cref="ArgumentException">There are not enough for a batch.</exception>
    public MaskedLanguageModelBatches(TokenFile text, MaskedLanguageModelOptions options)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Length, SpecialTokens + 5);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.BatchSize, 1);
        (this.text, this.options) = (text, options);
        words = new int[options.Length];
        Pack();
        BatchesPerEpoch = examples.Count / options.BatchSize;
        if (BatchesPerEpoch == 0)
            throw new ArgumentException($"A text of {text.Count} tokens makes {examples.Count} sequences of {options.Length}, but a batch has {options.BatchSize}.", nameof(text));
        order = new SampleOrder(examples.Count, options.Seed, options.Shuffle);
        var predicted = Predicted(options.Length - SpecialTokens);
        tensors =
        [
            New(ElementType.Int32, options.BatchSize, options.Length), New(ElementType.Int32, options.BatchSize, options.Length), New(ElementType.Int32, options.BatchSize, 3),
            New(ElementType.Int64, options.BatchSize, predicted), New(ElementType.Int64, options.BatchSize, predicted), New(ElementType.Int64, options.BatchSize),
        ];
    }

    /// <summary>Batches in each epoch.</summary>
    public int BatchesPerEpoch { get; }

    /// <summary>The batches of an epoch from a given one on. The memory is the same for all.</summary>
    public IEnumerable<IReadOnlyList<TensorData>> Epoch(int epoch, int firstBatch)
    {
        for (var number = firstBatch; number < BatchesPerEpoch; number++)
        {
            for (var row = 0; row < options.BatchSize; row++)
                Fill(row, order.Of(epoch)[(number * options.BatchSize) + row], epoch);
            yield return tensors;
        }
    }

    private static TensorData New(ElementType type, params int[] shape) => new(new TensorType(type, Shape.Create(shape)));

    /// <summary>Walks through the text once; sentences that are longer than a sequence are cut.</summary>
    private void Pack()
    {
        var room = options.Length - SpecialTokens;
        var buffer = new int[1 << 14];
        var ends = new List<int>();
        var (start, sentence) = (0L, 0L);
        for (var at = 0L; at < text.Count; at += buffer.Length)
        {
            var part = buffer.AsSpan(0, (int)Math.Min(buffer.Length, text.Count - at));
            text.Read(at, part);
            for (var i = 0; i < part.Length; i++)
            {
                var here = at + i;
                var isEnd = part[i] == options.Separator;
                if (!isEnd && here - sentence < room)
                    continue;
                // Separators inside of an example are skipped when it is read, but take no room in it.
                var separators = ends.Count;
                if (here - start - separators > room && ends.Count > 0)
                    Finish(sentence);
                if (here > sentence)
                    ends.Add((int)(here - start));
                else
                    Finish(here + 1);
                sentence = isEnd ? here + 1 : here;
                if (!isEnd || ends.Count == 0)
                    Finish(sentence);
            }
        }

        Finish(text.Count);

        void Finish(long next)
        {
            if (ends.Count > 0)
                examples.Add((start, [.. ends]));
            ends.Clear();
            start = next;
        }
    }

    private void Fill(int row, int example, int epoch)
    {
        var random = new CounterRandom(options.Seed, epoch, (ulong)example);
        var tokens = Row<int>(0, row);
        var segments = Row<int>(1, row);
        var spans = Row<int>(2, row);
        var room = options.Length - SpecialTokens;
        var (start, ends) = examples[example];
        var cut = ends.Length > 1 ? 1 + random.Below(ends.Length - 1) : 1;
        var isOther = examples.Count > 1 && (ends.Length == 1 || random.Below(2) == 1);
        // A single sentence must leave room for the other part.
        var first = ReadSentences(start, ends, 0, cut, words);
        first = isOther && ends.Length == 1 ? Math.Min(first, room / 2) : first;

        tokens.Fill(options.Padding);
        segments.Clear();
        tokens[0] = options.Class;
        words.AsSpan(0, first).CopyTo(tokens[1..]);
        tokens[first + 1] = options.Separator;
        int second;
        if (isOther)
        {
            var (otherStart, otherEnds) = examples[(example + 1 + random.Below(examples.Count - 1)) % examples.Count];
            second = Math.Min(room - first, ReadSentences(otherStart, otherEnds, otherEnds.Length / 2, otherEnds.Length, words));
        }
        else
        {
            second = ReadSentences(start, ends, cut, ends.Length, words);
        }

        words.AsSpan(0, second).CopyTo(tokens[(first + 2)..]);
        var length = first + second + SpecialTokens;
        tokens[length - 1] = options.Separator;
        segments[(first + 2)..length].Fill(1);
        (spans[0], spans[1], spans[2]) = (0, length, 0);
        tensors[5].AsSpan<long>()[row] = isOther ? 1 : 0;
        Mask(row, length, ref random);
    }

    // Selection sampling (Knuth, The Art of Computer Programming, volume 2, algorithm S): each choice equally likely, in order.
    private void Mask(int row, int length, ref CounterRandom random)
    {
        var tokens = Row<int>(0, row)[..length];
        var positions = Row<long>(3, row);
        var targets = Row<long>(4, row);
        positions.Fill((long)row * options.Length);
        targets.Fill(SentencePairBatches.Ignored);
        var left = 0;
        foreach (var token in tokens)
            left += token >= options.FirstOrdinary ? 1 : 0;
        var (chosen, wanted) = (0, Predicted(left));
        for (var i = 0; chosen < wanted; i++)
        {
            if (tokens[i] < options.FirstOrdinary || random.Below(left--) >= wanted - chosen)
                continue;
            positions[chosen] += i;
            targets[chosen++] = tokens[i];
            var choice = random.Below(10);
            if (choice < 8)
                tokens[i] = options.Mask;
            else if (choice == 8)
                tokens[i] = options.FirstOrdinary + random.Below(text.VocabularySize - options.FirstOrdinary);
        }
    }

    private int Predicted(int ordinary) => Math.Min(ordinary, Math.Max(1, (int)Math.Round(options.MaskedShare * ordinary)));

    /// <summary>The tokens of some of an example's sentences, one after another; how many there are.</summary>
    private int ReadSentences(long start, int[] ends, int firstSentence, int endSentence, int[] target)
    {
        var count = 0;
        for (var i = firstSentence; i < endSentence; i++)
        {
            // Behind each sentence stands a separator, but where one was cut.
            var from = i == 0 ? 0 : ends[i - 1] + 1;
            var length = Math.Min(ends[i] - from, target.Length - count);
            text.Read(start + from, target.AsSpan(count, length));
            count += length;
        }

        return count;
    }

    private Span<T> Row<T>(int tensor, int row)
        where T : unmanaged
    {
        var all = tensors[tensor].AsSpan<T>();
        var length = all.Length / options.BatchSize;
        return all.Slice(row * length, length);
    }
}
