using ComputeCore.Devices;
using ComputeCore.Nn;

namespace ComputeCore.Models;

/// <summary>
/// A model that is given the tokens of several sequences one after another, and remembers in a cache what it has seen. It runs
/// compiled: once for the beginning, then one executable for every further token, and nothing is allocated for one.
/// </summary>
public abstract class IncrementalDecoder : IDisposable
{
    private readonly TensorData tokens;
    private readonly TensorData spans;
    private readonly TensorData parents;
    private readonly TensorData[] logits;
    private readonly int[] starts;

    private protected IncrementalDecoder(int batch, int capacity, int vocabularySize)
    {
        (Batch, Capacity, VocabularySize) = (batch, capacity, vocabularySize);
        tokens = new TensorData(new TensorType(ElementType.Int32, [batch, 1]));
        spans = new TensorData(new TensorType(ElementType.Int32, [batch, 3]));
        parents = new TensorData(new TensorType(ElementType.Int32, [batch]));
        logits = [new TensorData(new TensorType(ElementType.Float32, [batch, vocabularySize]))];
        starts = new int[batch];
    }

    /// <summary>Sequences that are decoded together.</summary>
    public int Batch { get; }

    /// <summary>The most tokens that a sequence may have, padding included.</summary>
    public int Capacity { get; }

    /// <summary>Tokens of the vocabulary.</summary>
    public int VocabularySize { get; }

    /// <summary>Tokens of each sequence seen so far, padding included.</summary>
    public int Length { get; private set; }

    /// <summary>The logits of a sequence's next token, after the last step.</summary>
    /// <param name="sequence">Which.</param>
    public ReadOnlySpan<float> Logits(int sequence) => logits[0].AsSpan<float>().Slice(sequence * VocabularySize, VocabularySize);

    /// <summary>Forgets everything and reads the beginnings of all sequences.</summary>
    /// <param name="prompts">One for each sequence; shorter ones are padded on the left, which the model does not see.</param>
    /// <exception cref="ArgumentException">There are more or fewer than sequences, an empty one, one with a token that the vocabulary lacks, or one longer than <see cref="Capacity"/>.</exception>
    public void Begin(IReadOnlyList<ReadOnlyMemory<int>> prompts)
    {
        ArgumentNullException.ThrowIfNull(prompts);
        if (prompts.Count != Batch)
            throw new ArgumentException($"{prompts.Count} sequences were given to a decoder of {Batch}.", nameof(prompts));
        var length = prompts.Max(prompt => prompt.Length);
        if (prompts.Any(prompt => prompt.IsEmpty))
            throw new ArgumentException("A sequence to go on with holds at least one token.", nameof(prompts));
        if (length > Capacity)
            throw new ArgumentException($"A sequence of {length} tokens is longer than the model's context of {Capacity}.", nameof(prompts));
        var padded = new TensorData(new TensorType(ElementType.Int32, [Batch, length]));
        for (var sequence = 0; sequence < Batch; sequence++)
        {
            CheckTokens(prompts[sequence].Span);
            starts[sequence] = length - prompts[sequence].Length;
            prompts[sequence].Span.CopyTo(padded.AsSpan<int>()[(sequence * length + starts[sequence])..]);
        }

        Length = 0;
        Step(padded, length);
    }

    /// <summary>Reads one further token of each sequence.</summary>
    /// <param name="next">The tokens.</param>
    /// <exception cref="ArgumentException">There are more or fewer than sequences, or one that the vocabulary lacks.</exception>
    /// <exception cref="InvalidOperationException">The sequences are as long as they can be.</exception>
    public void Step(ReadOnlySpan<int> next)
    {
        if (Length == Capacity)
            throw new InvalidOperationException($"The sequences hold {Capacity} tokens, as many as they can.");
        CheckTokens(next);
        next.CopyTo(tokens.AsSpan<int>());
        Step(tokens, 1);
    }

    /// <summary>Replaces the sequences by others of them: the survivors of a beam search.</summary>
    /// <param name="sequences">For each place the sequence that takes it.</param>
    public void Reorder(ReadOnlySpan<int> sequences)
    {
        sequences.CopyTo(parents.AsSpan<int>());
        Reorder(parents);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Releases the cache and the compiled functions.</summary>
    protected abstract void Dispose(bool disposing);

    private protected abstract void Run(TensorData tokens, TensorData spans, TensorData[] logits);

    private protected abstract void Reorder(TensorData sequences);

    private void Step(TensorData input, int count)
    {
        var values = spans.AsSpan<int>();
        for (var sequence = 0; sequence < Batch; sequence++)
            (values[3 * sequence], values[3 * sequence + 1], values[3 * sequence + 2]) = (starts[sequence], Length + count, Length);
        Run(input, spans, logits);
        Length += count;
    }

    private void CheckTokens(ReadOnlySpan<int> ids)
    {
        foreach (var id in ids)
            if ((uint)id >= (uint)VocabularySize)
                throw new ArgumentException($"There is no token {id}: the model's vocabulary has ids from 0 to {VocabularySize - 1}.", nameof(ids));
    }
}

/// <summary>A causal language model that reads tokens one after another.</summary>
public sealed class CausalDecoder : IncrementalDecoder
{
    private readonly KeyValueCache cache;
    private readonly Function step;
    private readonly Function reorder;

    /// <summary>Makes a decoder with an empty cache.</summary>
    /// <param name="device">Where the model runs.</param>
    /// <param name="model">The model.</param>
    /// <param name="batch">Sequences that are decoded together.</param>
    public CausalDecoder(Device device, CausalLanguageModel model, int batch)
        : base(batch, model.ContextLength, model.VocabularySize)
    {
        cache = model.CreateCache(batch, model.ContextLength);
        step = new Function(device, inputs =>
        {
            model.Train(false);
            return [model.Decode(inputs[0], cache, inputs[1])];
        });
        reorder = new Function(device, inputs =>
        {
            cache.Reorder(inputs[0]);
            return [];
        });
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        step.Dispose();
        reorder.Dispose();
        cache.Dispose();
    }

    private protected override void Run(TensorData tokens, TensorData spans, TensorData[] logits) => step.RunInto([tokens, spans], logits);

    private protected override void Reorder(TensorData sequences) => reorder.RunInto([sequences], []);
}

/// <summary>The decoder of a translation model, which reads the tokens of translations one after another.</summary>
public sealed class TranslationDecoder : IncrementalDecoder
{
    // Sources are padded to multiples of it, so that few executables are compiled.
    private const int SourceStep = 16;

    private readonly TranslationTransformer model;
    private readonly TranslationCache cache;
    private readonly TensorData sourceSpans;
    private readonly Function read;
    private readonly Function step;
    private readonly Function reorder;

    /// <summary>Makes a decoder with an empty cache.</summary>
    /// <param name="device">Where the model runs.</param>
    /// <param name="model">The model.</param>
    /// <param name="batch">Translations that are decoded together.</param>
    public TranslationDecoder(Device device, TranslationTransformer model, int batch)
        : base(batch, model.ContextLength, model.VocabularySize)
    {
        this.model = model;
        cache = model.CreateCache(batch, model.ContextLength, model.ContextLength);
        sourceSpans = new TensorData(new TensorType(ElementType.Int32, [batch, 3]));
        read = new Function(device, inputs =>
        {
            model.Train(false);
            model.Begin(inputs[0], inputs[1], cache);
            return [];
        });
        step = new Function(device, inputs =>
        {
            model.Train(false);
            return [model.Decode(inputs[0], cache, inputs[1], inputs[2])];
        });
        reorder = new Function(device, inputs =>
        {
            cache.Target.Reorder(inputs[0]);
            return [];
        });
    }

    /// <summary>Reads the source that all translations are of.</summary>
    /// <exception cref="ArgumentException">It is empty or longer than the model's context.</exception>
    public void Read(ReadOnlySpan<int> source)
    {
        if (source.IsEmpty || source.Length > model.ContextLength)
            throw new ArgumentException($"A sentence of {source.Length} tokens can't be translated; the model takes 1 to {model.ContextLength}.", nameof(source));
        var length = Math.Min(model.ContextLength, (source.Length + SourceStep - 1) / SourceStep * SourceStep);
        var padded = new TensorData(new TensorType(ElementType.Int32, [Batch, length]));
        for (var row = 0; row < Batch; row++)
        {
            source.CopyTo(padded.AsSpan<int>()[(row * length)..]);
            sourceSpans.AsSpan<int>()[3 * row + 1] = source.Length;
        }

        read.RunInto([padded, sourceSpans], []);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        read.Dispose();
        step.Dispose();
        reorder.Dispose();
        cache.Dispose();
    }

    private protected override void Run(TensorData tokens, TensorData spans, TensorData[] logits) => step.RunInto([tokens, spans, sourceSpans], logits);

    private protected override void Reorder(TensorData sequences) => reorder.RunInto([sequences], []);
}
