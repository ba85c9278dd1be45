namespace ComputeCore.Nn;

/// <summary>How the layers of a Transformer are made; they are alike.</summary>
/// <param name="Width">Features of a token.</param>
/// <param name="Heads">Attention heads.</param>
/// <param name="Hidden">Features inside of the feed-forward layers.</param>
public sealed record TransformerOptions(int Width, int Heads, int Hidden)
{
    /// <summary>The probability with which attention weights, hidden features and the results of sub-layers are dropped in training.</summary>
    public double Dropout { get; init; } = 0.1;

    /// <summary>
    /// Whether sub-layers get normalized input, x + f(norm(x)); otherwise their results are normalized, norm(x + f(x)), as in
    /// the paper (Xiong et al., On Layer Normalization in the Transformer Architecture, 2020, compare them).
    /// </summary>
    public bool IsPreNorm { get; init; }

    /// <summary>What lies between the two linear layers of a feed-forward layer.</summary>
    public Layer Activation { get; init; } = new Relu();

    /// <summary>Added to variances in layer normalizations.</summary>
    public double Epsilon { get; init; } = 1e-5;
}

/// <summary>
/// What encoder and decoder layers share: residual connections around normalized sub-layers, the last of them the feed-forward
/// layer <c>linear2(activation(linear1(x)))</c>.
/// </summary>
public abstract class TransformerLayer : Module
{
    private readonly TransformerOptions options;
    private readonly RandomGenerator random;
    private readonly Linear linear1;
    private readonly Linear linear2;

    private protected TransformerLayer(TransformerOptions options, RandomGenerator random)
    {
        (this.options, this.random) = (options, random);
        linear1 = Register("linear1", new Linear(options.Width, options.Hidden, random, initializer: Initializers.XavierUniform));
        linear2 = Register("linear2", new Linear(options.Hidden, options.Width, random, initializer: Initializers.XavierUniform));
    }

    private protected MultiHeadAttention Attention(string name, bool isCausal) =>
        Register(name, new MultiHeadAttention(options.Width, options.Heads, random, isCausal, options.Dropout));

    private protected LayerNorm Norm(string name) => Register(name, new LayerNorm([options.Width]) { Epsilon = options.Epsilon });

    private protected Tensor Residual(Tensor x, LayerNorm norm, Func<Tensor, Tensor> sublayer) =>
        options.IsPreNorm ? x + Drop(sublayer(norm.Forward(x))) : norm.Forward(x + Drop(sublayer(x)));

    private protected Tensor FeedForward(Tensor x) => linear2.Forward(Drop(options.Activation.Forward(linear1.Forward(x))));

    private Tensor Drop(Tensor x) => Training ? x.Dropout(options.Dropout, random) : x;
}

/// <summary>
/// One layer of an encoder: self-attention and a feed-forward layer. Parameters as those of PyTorch's
/// <c>nn.TransformerEncoderLayer</c>: <c>self_attn</c>, <c>linear1</c>, <c>linear2</c>, <c>norm1</c>, <c>norm2</c>.
/// </summary>
public sealed class TransformerEncoderLayer : TransformerLayer
{
    private readonly MultiHeadAttention attention;
    private readonly LayerNorm norm1;
    private readonly LayerNorm norm2;

    /// <summary>Makes the layer.</summary>
    /// <param name="options">Sizes and kinds.</param>
    /// <param name="random">Where the initial weights come from, and dropout.</param>
    public TransformerEncoderLayer(TransformerOptions options, RandomGenerator random)
        : base(options, random) =>
        (attention, norm1, norm2) = (Attention("self_attn", isCausal: false), Norm("norm1"), Norm("norm2"));

    /// <summary>Adds the layer's operations to the graph being traced.</summary>
    /// <param name="x">[B, S, width].</param>
    /// <param name="spans">Which tokens of each sequence are seen, i32 [B, 3].</param>
    /// <exception cref="ShapeException">The shapes do not match.</exception>
    public Tensor Forward(Tensor x, Tensor? spans = null)
    {
        x = Residual(x, norm1, y => attention.Forward(y, spans));
        return Residual(x, norm2, FeedForward);
    }
}

/// <summary>
/// One layer of a decoder: causal self-attention, attention over the encoder's memory, and a feed-forward layer. Parameters as
/// those of PyTorch's <c>nn.TransformerDecoderLayer</c>: <c>self_attn</c>, <c>multihead_attn</c>, <c>linear1</c>,
/// <c>linear2</c>, <c>norm1</c>, <c>norm2</c>, <c>norm3</c>.
/// </summary>
public sealed class TransformerDecoderLayer : TransformerLayer
{
    private readonly MultiHeadAttention selfAttention;
    private readonly MultiHeadAttention crossAttention;
    private readonly LayerNorm norm1;
    private readonly LayerNorm norm2;
    private readonly LayerNorm norm3;

    /// <summary>Makes the layer.</summary>
    /// <param name="options">Sizes and kinds.</param>
    /// <param name="random">Where the initial weights come from, and dropout.</param>
    public TransformerDecoderLayer(TransformerOptions options, RandomGenerator random)
        : base(options, random)
    {
        (selfAttention, crossAttention) = (Attention("self_attn", isCausal: true), Attention("multihead_attn", isCausal: false));
        (norm1, norm2, norm3) = (Norm("norm1"), Norm("norm2"), Norm("norm3"));
    }

    /// <summary>Adds the layer's operations to the graph being traced, for whole sequences.</summary>
    /// <param name="x">[B, T, width].</param>
    /// <param name="memory">What the encoder made of the source, [B, S, width].</param>
    /// <param name="memorySpans">Which tokens of the source are seen, i32 [B, 3].</param>
    /// <exception cref="ShapeException">The shapes do not match.</exception>
    public Tensor Forward(Tensor x, Tensor memory, Tensor? memorySpans = null) =>
        Forward(x, y => selfAttention.Forward(y), y => crossAttention.Cross(y, memory, memorySpans));

    /// <summary>Writes the memory's keys and values, which every step of decoding needs, into a cache.</summary>
    /// <param name="memory">[B, S, width].</param>
    /// <param name="cache">Where they go.</param>
    /// <exception cref="ShapeException">The shapes do not match.</exception>
    public void Remember(Tensor memory, LayerCache cache) => crossAttention.Remember(memory, cache);

    /// <summary>Adds the layer's operations to the graph being traced, for further tokens of sequences.</summary>
    /// <param name="x">[B, T, width].</param>
    /// <param name="cache">The tokens before, to which these are added.</param>
    /// <param name="spans">Which tokens are seen, and the position of the first new one, i32 [B, 3].</param>
    /// <param name="memory">What <see cref="Remember"/> wrote.</param>
    /// <param name="memorySpans">Which tokens of the source are seen, i32 [B, 3].</param>
    /// <exception cref="ShapeException">The shapes do not match.</exception>
    public Tensor Decode(Tensor x, LayerCache cache, Tensor spans, LayerCache memory, Tensor memorySpans) =>
        Forward(x, y => selfAttention.Forward(y, spans, cache: cache), y => crossAttention.Recall(y, memory, memorySpans));

    private Tensor Forward(Tensor x, Func<Tensor, Tensor> overItself, Func<Tensor, Tensor> overMemory)
    {
        x = Residual(x, norm1, overItself);
        x = Residual(x, norm2, overMemory);
        return Residual(x, norm3, FeedForward);
    }
}
