using ComputeCore.Nn;

namespace ComputeCore.Models;

/// <summary>
/// The original Transformer (Vaswani et al., Attention Is All You Need, 2017): an encoder of the source sentence and a decoder
/// that predicts each token of the target from those before it, post-norm, with sinusoidal positions, and one embedding for
/// source, target and output. Parameters: <c>embedding.weight</c>, and the core under PyTorch's <c>nn.Transformer</c>'s names,
/// <c>transformer.encoder.layers.0.self_attn.in_proj_weight</c> and so on.
/// </summary>
/// <remarks>
/// <c>spans</c>, i32 [B, 3], say which tokens of a padded sentence are seen: (0, length, 0) for padding on the right.
/// </remarks>
public sealed class TranslationTransformer : Module
{
    private readonly TranslationConfiguration configuration;
    private readonly RandomGenerator random;
    private readonly SinusoidalPositions positions;
    private readonly Embedding embedding;
    private readonly TransformerEncoderLayer[] encoder;
    private readonly LayerNorm? encoderNorm;
    private readonly TransformerDecoderLayer[] decoder;
    private readonly LayerNorm? decoderNorm;

    /// <summary>Makes the model: Xavier's weights, and embeddings that have unit variance once they are scaled.</summary>
    /// <param name="configuration">The sizes.</param>
    /// <param name="random">Where the initial weights come from, and dropout.</param>
    public TranslationTransformer(TranslationConfiguration configuration, RandomGenerator random)
    {
        (this.configuration, this.random) = (configuration, random);
        var (layers, width, options) = (Enumerable.Range(0, configuration.Layers), configuration.Width, configuration.Options);
        positions = new SinusoidalPositions(configuration.ContextLength, width);
        embedding = Register("embedding", new Embedding(configuration.VocabularySize, width, random, Initializers.Normal(1 / Math.Sqrt(width))));
        encoder = [.. layers.Select(i => Register($"transformer.encoder.layers.{i}", new TransformerEncoderLayer(options, random)))];
        encoderNorm = configuration.HasFinalNorm ? Register("transformer.encoder.norm", new LayerNorm([width])) : null;
        decoder = [.. layers.Select(i => Register($"transformer.decoder.layers.{i}", new TransformerDecoderLayer(options, random)))];
        decoderNorm = configuration.HasFinalNorm ? Register("transformer.decoder.norm", new LayerNorm([width])) : null;
    }

    /// <summary>Tokens of the vocabulary: the extent of the logits.</summary>
    public int VocabularySize => configuration.VocabularySize;

    /// <summary>The longest sentence that the model can take, in tokens.</summary>
    public int ContextLength => configuration.ContextLength;

    /// <summary>Logits [B, T, V] of the token after each token of the target.</summary>
    /// <param name="source">i32 or i64 [B, S].</param>
    /// <param name="target">i32 or i64 [B, T], beginning with the token that begins sentences.</param>
    /// <param name="sourceSpans">Which tokens of the source are seen.</param>
    /// <exception cref="ShapeException">The tokens are no such tensors, or there are more than the model's context.</exception>
    public Tensor Forward(Tensor source, Tensor target, Tensor? sourceSpans = null)
    {
        var memory = Encode(source, sourceSpans);
        var y = Embed(target, spans: null);
        foreach (var layer in decoder)
            y = layer.Forward(y, memory, sourceSpans);
        return Logits(y);
    }

    /// <summary>What the encoder makes of the source, [B, S, width].</summary>
    /// <param name="source">i32 or i64 [B, S].</param>
    /// <param name="spans">Which tokens are seen.</param>
    /// <exception cref="ShapeException">The tokens are no such tensor, or there are more than the model's context.</exception>
    public Tensor Encode(Tensor source, Tensor? spans = null)
    {
        var x = Embed(source, spans);
        foreach (var layer in encoder)
            x = layer.Forward(x, spans);
        return encoderNorm?.Forward(x) ?? x;
    }

    /// <summary>Makes an empty cache for <see cref="Begin"/> and <see cref="Decode"/>.</summary>
    /// <param name="batch">How many sentences are translated together.</param>
    /// <param name="sourceCapacity">How long the sources may be, in tokens.</param>
    /// <param name="targetCapacity">How long the translations may become.</param>
    public TranslationCache CreateCache(int batch, int sourceCapacity, int targetCapacity)
    {
        return new TranslationCache(New(sourceCapacity), New(targetCapacity));

        KeyValueCache New(int capacity) =>
            new(configuration.Layers, batch, capacity, configuration.Heads, configuration.Width / configuration.Heads);
    }

    /// <summary>Encodes sources and writes what the decoder sees of them into a cache.</summary>
    /// <param name="source">i32 or i64 [B, S], at most as long as the cache's source capacity.</param>
    /// <param name="spans">Which tokens are seen, i32 [B, 3].</param>
    /// <param name="cache">Where it goes.</param>
    /// <exception cref="ShapeException">The tokens are no such tensor, or do not fit into the cache.</exception>
    public void Begin(Tensor source, Tensor spans, TranslationCache cache)
    {
        ArgumentNullException.ThrowIfNull(cache);
        if (source.Rank == 2 && source.Shape[1] > cache.Source.Capacity)
            throw new ShapeException($"A source of {source.Shape[1]} tokens does not fit into a cache for {cache.Source.Capacity}.");
        var memory = Encode(source, spans);
        for (var i = 0; i < decoder.Length; i++)
            decoder[i].Remember(memory, cache.Source.Layers[i]);
    }

    /// <summary>Logits [B, V] of the token after the last one of the target, with everything earlier taken from a cache.</summary>
    /// <param name="tokens">The next T tokens of the target, i32 or i64 [B, T].</param>
    /// <param name="cache">What <see cref="Begin"/> and earlier calls wrote; these tokens are added at the positions from <c>spans[b, 2]</c> on.</param>
    /// <param name="spans">For the target: (0, end of the new tokens, position of the first of them), i32 [B, 3].</param>
    /// <param name="sourceSpans">Which tokens of the source are seen, i32 [B, 3].</param>
    /// <exception cref="ShapeException">The tokens are no such tensor.</exception>
    public Tensor Decode(Tensor tokens, TranslationCache cache, Tensor spans, Tensor sourceSpans)
    {
        ArgumentNullException.ThrowIfNull(cache);
        var y = Embed(tokens, spans);
        for (var i = 0; i < decoder.Length; i++)
            y = decoder[i].Decode(y, cache.Target.Layers[i], spans, cache.Source.Layers[i], sourceSpans);
        return Logits(y.Select(1, -1));
    }

    // Section 3.4: embeddings are multiplied by √width, and their weights are the output's too.
    private Tensor Embed(Tensor tokens, Tensor? spans)
    {
        if (tokens.Rank != 2)
            throw new ShapeException($"The model takes tokens [batch, tokens], but was given {tokens.Type}.");
        var x = embedding.Forward(tokens) * Math.Sqrt(configuration.Width) + positions.Forward(tokens.Shape[1], spans);
        return Training ? x.Dropout(configuration.Dropout, random) : x;
    }

    private Tensor Logits(Tensor y) => embedding.Logits(decoderNorm?.Forward(y) ?? y);
}

/// <summary>What a decoder has seen: the source, and the target so far.</summary>
/// <param name="Source">Keys and values of the encoded source.</param>
/// <param name="Target">Keys and values of the target's tokens.</param>
public sealed record TranslationCache(KeyValueCache Source, KeyValueCache Target) : IDisposable
{
    /// <summary>Releases the memory.</summary>
    public void Dispose()
    {
        Source.Dispose();
        Target.Dispose();
    }
}
