namespace ComputeCore.Kernels.Attention;

/// <summary>
/// The scalars of an attention: q and o are [batch · heads, queries, width], k and v [batch · heads, keys, width] in a cache that
/// may have room for more.
/// </summary>
internal struct AttentionShape
{
    public int Heads;
    public int Queries;

    /// <summary>Keys that there are; where sequences have lengths of their own, the most of them.</summary>
    public int Keys;

    /// <summary>Elements of a query, key or value; at most 128.</summary>
    public int Width;

    /// <summary>Elements from one head's keys, or values, to the next head's.</summary>
    public int KeyBatch;

    /// <summary>What products of queries and keys are multiplied by, usually 1 / √width.</summary>
    public float Scale;

    /// <summary>1 where query i sees keys up to i + keys − queries only.</summary>
    public int Causal;

    /// <summary>1 where each sequence of the batch has a length, and no query sees keys beyond it.</summary>
    public int HasLengths;

    /// <summary>1 where quads along the width are aligned and whole.</summary>
    public int Vector;

    /// <summary>An attention over as many keys as the memory holds.</summary>
    public static AttentionShape Of(int heads, int queries, int keys, int width, bool causal, bool hasLengths) => new()
    {
        Heads = heads,
        Queries = queries,
        Keys = keys,
        Width = width,
        KeyBatch = keys * width,
        Scale = 1 / MathF.Sqrt(width),
        Causal = causal ? 1 : 0,
        HasLengths = hasLengths ? 1 : 0,
        Vector = width % 4 == 0 ? 1 : 0,
    };
}
