namespace ComputeCore.Nn;

/// <summary>
/// Multi-head attention (Vaswani et al., 2017), of a sequence over itself or over another. Parameters as those of PyTorch's
/// <c>nn.MultiheadAttention</c>: <c>in_proj_weight</c> [(heads + 2 · keyHeads) · headSize, width] and <c>in_proj_bias</c>, the
/// projections to queries, keys and values one after the other, and <c>out_proj</c>.
/// </summary>
public sealed class MultiHeadAttention : Module
{
    private readonly Variable weight;
    private readonly Variable bias;
    private readonly Linear output;
    private readonly AttentionHeads attention;
    private readonly int queryWidth;
    private readonly int keyWidth;

    /// <summary>Makes the layer with PyTorch's initialization: Xavier's weights, no bias.</summary>
    /// <param name="width">Features in and out; a multiple of the heads.</param>
    /// <param name="heads">Query heads.</param>
    /// <param name="random">Where the initial weights come from, and dropout.</param>
    /// <param name="isCausal">Whether a query sees only keys up to its own position.</param>
    /// <param name="dropout">The probability that an attention weight is dropped in training.</param>
    /// <param name="keyHeads">Heads of keys and values, shared by neighbouring query heads; as many as query heads by default.</param>
    /// <param name="hasAlibi">Whether scores fall with the distance (<see cref="Alibi"/>).</param>
    /// <exception cref="ArgumentException">The width can't be cut into the heads, or the heads can't be shared evenly.</exception>
    public MultiHeadAttention(int width, int heads, RandomGenerator random, bool isCausal = false, double dropout = 0, int? keyHeads = null, bool hasAlibi = false)
    {
        attention = Register("heads", new AttentionHeads(heads, keyHeads ?? heads, random) { IsCausal = isCausal, Dropout = dropout, HasAlibi = hasAlibi });
        if (width % heads != 0)
            throw new ArgumentException($"A width of {width} can't be cut into {heads} heads.", nameof(heads));
        (queryWidth, keyWidth) = (width, width / heads * (keyHeads ?? heads));
        weight = Parameter("in_proj_weight", Initializers.XavierUniform([queryWidth + 2 * keyWidth, width], random));
        bias = Parameter("in_proj_bias", Initializers.Constant([queryWidth + 2 * keyWidth], 0));
        output = Register("out_proj", new Linear(width, width, random, initializer: Initializers.XavierUniform));
    }

    /// <summary>Attention of a sequence over itself.</summary>
    /// <param name="x">[B, T, width].</param>
    /// <param name="spans">What is seen, i32 [B, 3]; see <see cref="AttentionHeads"/>.</param>
    /// <param name="rotation">Rotary positions of the tokens.</param>
    /// <param name="cache">What was seen before, to which these tokens are added.</param>
    /// <exception cref="ShapeException">The shapes do not match.</exception>
    public Tensor Forward(Tensor x, Tensor? spans = null, Rotation? rotation = null, LayerCache? cache = null)
    {
        var qkv = (x.MatMul(weight, transposeOther: true) + bias).Split(-1, queryWidth, keyWidth, keyWidth);
        return output.Forward(attention.Forward(qkv[0], qkv[1], qkv[2], spans, rotation, cache));
    }

    /// <summary>Attention of a sequence over another.</summary>
    /// <param name="x">[B, T, width].</param>
    /// <param name="memory">[B, S, width].</param>
    /// <param name="spans">What is seen of the memory, i32 [B, 3].</param>
    /// <exception cref="ShapeException">The shapes do not match.</exception>
    public Tensor Cross(Tensor x, Tensor memory, Tensor? spans = null)
    {
        var kv = KeysAndValues(memory);
        return output.Forward(attention.Forward(Queries(x), kv[0], kv[1], spans));
    }

    /// <summary>Writes the keys and values of a memory into a cache, for <see cref="Recall"/>.</summary>
    /// <param name="memory">[B, S, width].</param>
    /// <param name="cache">Where they go, from position 0 on.</param>
    /// <exception cref="ShapeException">The shapes do not match.</exception>
    public void Remember(Tensor memory, LayerCache cache)
    {
        var kv = KeysAndValues(memory);
        attention.Remember(kv[0], kv[1], cache);
    }

    /// <summary>Attention of a sequence over a memory whose keys and values are in a cache.</summary>
    /// <param name="x">[B, T, width].</param>
    /// <param name="cache">What <see cref="Remember"/> wrote.</param>
    /// <param name="spans">What is seen of the memory, i32 [B, 3].</param>
    /// <exception cref="ShapeException">The shapes do not match.</exception>
    public Tensor Recall(Tensor x, LayerCache cache, Tensor spans) => output.Forward(attention.Recall(Queries(x), cache, spans));

    private Tensor Queries(Tensor x) => Project(x, 0, queryWidth);

    private Tensor[] KeysAndValues(Tensor memory) => Project(memory, queryWidth, queryWidth + 2 * keyWidth).Split(-1, keyWidth, keyWidth);

    private Tensor Project(Tensor x, int start, int end) =>
        x.MatMul(weight.ToTensor().Slice(0, start, end), transposeOther: true) + bias.ToTensor().Slice(0, start, end);
}
