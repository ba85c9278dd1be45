namespace ComputeCore.Nn;

/// <summary>
/// What lies between the projections of every multi-head attention (Vaswani et al., 2017): heads cut, rotated, kept in a cache,
/// attended over and put together again. It has no parameters.
/// </summary>
/// <remarks>
/// <c>spans</c>, i32 [B, 3], holds for each sequence the first key that is seen, the end of those that are, and the position of
/// the first query; (0, S, S − T) without it. Query i sees key j if it lies in the span and, in causal attention, not behind the
/// query's own position. A query that sees no key gives 0.
/// </remarks>
public sealed class AttentionHeads : Module
{
    private readonly int heads;
    private readonly int keyHeads;
    private readonly RandomGenerator random;

    /// <summary>Makes the module.</summary>
    /// <param name="heads">Heads of the queries.</param>
    /// <param name="keyHeads">Heads of keys and values, each shared by as many neighbouring query heads (Ainslie et al., GQA, 2023); 1 for multi-query attention.</param>
    /// <param name="random">Decides what dropout drops.</param>
    /// <exception cref="ArgumentException">The query heads are no multiple of the key heads.</exception>
    public AttentionHeads(int heads, int keyHeads, RandomGenerator random)
    {
        if (heads < 1 || keyHeads < 1 || heads % keyHeads != 0)
            throw new ArgumentException($"{heads} query heads can't share {keyHeads} key heads evenly.", nameof(keyHeads));
        (this.heads, this.keyHeads, this.random) = (heads, keyHeads, random);
    }

    /// <summary>Whether a query sees only keys up to its own position.</summary>
    public bool IsCausal { get; init; }

    /// <summary>The probability that an attention weight is dropped in training.</summary>
    public double Dropout { get; init; }

    /// <summary>Whether scores fall with the distance between query and key, at a rate of its own in each head (<see cref="Alibi"/>).</summary>
    public bool HasAlibi { get; init; }

    /// <summary>
    /// Receives the attention weights [B, heads, T, S], before dropout, of each pass that is traced while it is set. They are then
    /// computed a second time, by separate operations that hold the T x S matrix: slow, and for looking at only.
    /// </summary>
    public Action<Tensor>? WeightsObserver { get; set; }

    /// <summary>Attention of queries over keys.</summary>
    /// <param name="queries">[B, T, heads · headSize].</param>
    /// <param name="keys">[B, S, keyHeads · headSize]; of the same tokens as the queries if there is a rotation.</param>
    /// <param name="values">Of the keys' shape.</param>
    /// <param name="spans">What is seen.</param>
    /// <param name="rotation">Rotary positions of the tokens.</param>
    /// <param name="cache">Where keys and values are written, from the position of the first query on, and all earlier ones are read. It needs spans.</param>
    /// <returns>[B, T, heads · headSize].</returns>
    /// <exception cref="ShapeException">The shapes do not match.</exception>
    public Tensor Forward(Tensor queries, Tensor keys, Tensor values, Tensor? spans = null, Rotation? rotation = null, LayerCache? cache = null)
    {
        var (q, k, v) = (Cut(queries, heads), Cut(keys, keyHeads), Cut(values, keyHeads));
        if (rotation is not null)
            (q, k) = (rotation.Apply(q), rotation.Apply(k));
        if (cache is not null)
            (k, v) = cache.Write(k, v, (spans ?? throw new ArgumentNullException(nameof(spans), "A cache needs spans.")).Select(1, 2));
        return Attend(q, k, v, spans);
    }

    /// <summary>Writes keys and values of memory, as cross-attention has it, into a cache from position 0 on.</summary>
    /// <param name="keys">[B, S, keyHeads · headSize].</param>
    /// <param name="values">Of the same shape.</param>
    /// <param name="cache">Where they go.</param>
    /// <exception cref="ShapeException">The shapes do not match.</exception>
    public void Remember(Tensor keys, Tensor values, LayerCache cache) =>
        cache.Write(Cut(keys, keyHeads), Cut(values, keyHeads), Tensor.Full([keys.Shape[0]], 0, ElementType.Int32));

    /// <summary>Attention of queries over what a cache holds.</summary>
    /// <param name="queries">[B, T, heads · headSize].</param>
    /// <param name="cache">Keys and values.</param>
    /// <param name="spans">What is seen.</param>
    /// <returns>[B, T, heads · headSize].</returns>
    /// <exception cref="ShapeException">The shapes do not match.</exception>
    public Tensor Recall(Tensor queries, LayerCache cache, Tensor spans) => Attend(Cut(queries, heads), cache.Keys, cache.Values, spans);

    private Tensor Attend(Tensor q, Tensor k, Tensor v, Tensor? spans)
    {
        var slopes = HasAlibi ? Tensor.Constant(Alibi.Slopes(heads)) : null;
        WeightsObserver?.Invoke(AttentionWeights.Of(q, k, IsCausal, spans, slopes));
        var attended = q.Attention(k, v, new AttentionOptions
        {
            IsCausal = IsCausal,
            Spans = spans,
            Slopes = slopes,
            Dropout = Training ? Dropout : 0,
            Generator = random,
        });
        return attended.Flatten(startAxis: 2);
    }

    private static Tensor Cut(Tensor x, int heads)
    {
        if (x.Rank != 3 || x.Shape[2] % heads != 0)
            throw new ShapeException($"{x.Type} can't be cut into {heads} heads; it should be [batch, tokens, heads · headSize].");
        return x.Reshape(x.Shape[0], x.Shape[1], heads, x.Shape[2] / heads);
    }
}
