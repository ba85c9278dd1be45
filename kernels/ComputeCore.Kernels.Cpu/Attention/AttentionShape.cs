using ComputeCore.Kernels.Cpu.RandomNumbers;

namespace ComputeCore.Kernels.Cpu.Attention;

/// <summary>The scalars of an attention: q and y are [Batch, Queries, Heads, Width], k and v [Batch, Keys, KeyHeads, Width].</summary>
internal struct AttentionShape
{
    public int Batch;
    public int Queries;
    public int Keys;

    /// <summary>A multiple of <see cref="KeyHeads"/>: head h uses key head h / (Heads / KeyHeads).</summary>
    public int Heads;
    public int KeyHeads;

    /// <summary>Elements of a query, key or value of one head.</summary>
    public int Width;

    /// <summary>What products of queries and keys are multiplied by.</summary>
    public float Scale;

    /// <summary>Whether a query sees no keys behind its own position.</summary>
    public bool IsCausal;

    /// <summary>The probability that a weight is dropped, below 1.</summary>
    public float Dropout;

    /// <summary>Query heads that share a key head.</summary>
    public readonly int Sharing => Heads / KeyHeads;

    /// <summary>Elements from a query to the next one of its head.</summary>
    public readonly int QueryStride => Heads * Width;

    /// <summary>Elements from a key, or value, to the next one of its head.</summary>
    public readonly int KeyStride => KeyHeads * Width;

    /// <summary>Where a query's elements begin.</summary>
    public readonly long QueryAt(int batch, int query, int head) => (((long)batch * Queries + query) * Heads + head) * Width;

    /// <summary>Where a key's elements begin.</summary>
    public readonly long KeyAt(int batch, int key, int keyHead) => (((long)batch * Keys + key) * KeyHeads + keyHead) * Width;

    /// <summary>Where the number of a query is among those of all queries, [Batch, Heads, Queries].</summary>
    public readonly long NumberAt(int batch, int query, int head) => ((long)batch * Heads + head) * Queries + query;
}

/// <summary>What an attention reads.</summary>
internal unsafe struct AttentionInputs
{
    public float* Queries;
    public float* Keys;
    public float* Values;

    /// <summary>[Batch, 3]: the first key seen, the end of those seen, the position of the first query; null for (0, Keys, Keys − Queries).</summary>
    public int* Spans;

    /// <summary>[Heads]: how much a score falls with each step between query and key; or null.</summary>
    public float* Slopes;

    /// <summary>Word ((b · Heads + h) · Queries + i) · Keys + j decides whether a weight is dropped.</summary>
    public PhiloxStream Random;

    /// <summary>The keys that a sequence's queries see, within those that there are, and the position of its first query.</summary>
    public readonly (int Begin, int End, int Position) Span(in AttentionShape shape, int batch) => Spans == null
        ? (0, shape.Keys, shape.Keys - shape.Queries)
        : (Math.Max(0, Spans[3 * batch]), Math.Min(shape.Keys, Spans[3 * batch + 1]), Spans[3 * batch + 2]);
}

/// <summary>What the gradient of an attention reads beside that, and what it writes.</summary>
internal unsafe struct AttentionGradients
{
    /// <summary>The loss's gradient at the output.</summary>
    public float* Output;

    /// <summary>The output itself.</summary>
    public float* Result;

    /// <summary>log Σ exp(score) of each query.</summary>
    public float* LogSumExp;

    /// <summary>Where the gradient of the queries goes.</summary>
    public float* Queries;

    /// <summary>Where the gradient of the keys goes.</summary>
    public float* Keys;

    /// <summary>Where the gradient of the values goes.</summary>
    public float* Values;
}

/// <summary>A sequence's key head: what a task of the fused kernels works on.</summary>
internal readonly struct AttentionSequence
{
    private readonly bool isCausal;

    /// <summary>Number <paramref name="index"/> of the Batch · KeyHeads that there are.</summary>
    public AttentionSequence(in AttentionShape shape, in AttentionInputs inputs, int index)
    {
        (Batch, KeyHead) = Math.DivRem(index, shape.KeyHeads);
        (Begin, var end, Position) = inputs.Span(shape, Batch);
        Count = Math.Max(0, end - Begin);
        isCausal = shape.IsCausal;
    }

    public int Batch { get; }

    public int KeyHead { get; }

    /// <summary>The first key that queries see.</summary>
    public int Begin { get; }

    /// <summary>How many keys from there on are there to be seen.</summary>
    public int Count { get; }

    /// <summary>The position of the first query.</summary>
    public int Position { get; }

    /// <summary>How many of the keys a query sees.</summary>
    public int Seen(int query) => isCausal ? Math.Clamp(Position + query + 1 - Begin, 0, Count) : Count;

    /// <summary>How far a query stands behind the first key.</summary>
    public int Distance(int query) => Position + query - Begin;
}
