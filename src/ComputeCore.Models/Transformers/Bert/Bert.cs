using ComputeCore.Nn;

namespace ComputeCore.Models;

/// <summary>
/// BERT (Devlin et al., BERT: Pre-training of Deep Bidirectional Transformers, 2019): embeddings of tokens, positions and
/// segments, a post-norm encoder, and a pooler of the first token. Parameters are named as Hugging Face's <c>BertModel</c> names
/// them: <c>embeddings.word_embeddings.weight</c>, <c>encoder.layer.0.attention.self.query.weight</c>, …,
/// <c>pooler.dense.bias</c>. <see cref="BertPretraining"/> adds the heads.
/// </summary>
public sealed class Bert : PretrainedModel
{
    private readonly BertConfiguration configuration;
    private readonly RandomGenerator random;
    private readonly LearnedPositions positionEmbedding;
    private readonly Embedding segmentEmbedding;
    private readonly LayerNorm norm;
    private readonly BertLayer[] layers;
    private readonly Linear pooler;

    /// <summary>Makes the model with the paper's initial weights: normal with a deviation of 0.02.</summary>
    /// <param name="configuration">The sizes.</param>
    /// <param name="random">Where the initial weights come from, and dropout.</param>
    public Bert(BertConfiguration configuration, RandomGenerator random)
    {
        (this.configuration, this.random) = (configuration, random);
        var width = configuration.Width;
        TokenEmbedding = Register("embeddings.word_embeddings", new Embedding(configuration.VocabularySize, width, random, Weights, paddingIndex: 0));
        positionEmbedding = Register("embeddings.position_embeddings", new LearnedPositions(configuration.ContextLength, width, random, Weights));
        segmentEmbedding = Register("embeddings.token_type_embeddings", new Embedding(configuration.Segments, width, random, Weights));
        norm = Register("embeddings.LayerNorm", new LayerNorm([width]) { Epsilon = configuration.Epsilon });
        layers = [.. Enumerable.Range(0, configuration.Layers).Select(i => Register($"encoder.layer.{i}", new BertLayer(configuration, random)))];
        pooler = Register("pooler.dense", new Linear(width, width, random, initializer: Weights));
    }

    internal static Initializer Weights { get; } = Initializers.Normal(0.02);

    internal Embedding TokenEmbedding { get; }

    /// <summary>What the encoder makes of each token, [B, T, width], and of the whole, [B, width].</summary>
    /// <param name="tokens">i32 or i64 [B, T].</param>
    /// <param name="segments">The segment of each token, of the tokens' shape; all in the first if null.</param>
    /// <param name="spans">Which tokens of each sequence are seen, i32 [B, 3]: (0, length, 0) for a sequence padded on the right.</param>
    /// <exception cref="ShapeException">The tokens are no such tensor, or there are more than the model's context.</exception>
    public (Tensor Tokens, Tensor Pooled) Forward(Tensor tokens, Tensor? segments = null, Tensor? spans = null)
    {
        if (tokens.Rank != 2)
            throw new ShapeException($"BERT takes tokens [batch, tokens], but was given {tokens.Type}.");
        var x = TokenEmbedding.Forward(tokens)
            + positionEmbedding.Forward(tokens.Shape[1], spans)
            + segmentEmbedding.Forward(segments ?? Tensor.Full([1, 1], 0, ElementType.Int64));
        x = norm.Forward(x);
        if (Training)
            x = x.Dropout(configuration.Dropout, random);
        foreach (var layer in layers)
            x = layer.Forward(x, spans);
        return (x, pooler.Forward(x.Select(1, 0)).Tanh());
    }

    /// <inheritdoc/>
    protected override string? VariableOf(string tensor)
    {
        var name = Modern(tensor);
        if (name.StartsWith("cls.", StringComparison.Ordinal) || name.EndsWith("embeddings.position_ids", StringComparison.Ordinal))
            return null;
        return name.StartsWith("bert.", StringComparison.Ordinal) ? name["bert.".Length..] : name;
    }

    /// <summary>A tensor's name as newer files have it: those converted from TensorFlow call a normalization's weight and bias gamma and beta.</summary>
    internal static string Modern(string tensor) => tensor
        .Replace("LayerNorm.gamma", "LayerNorm.weight", StringComparison.Ordinal)
        .Replace("LayerNorm.beta", "LayerNorm.bias", StringComparison.Ordinal);
}
