using ComputeCore.Nn;

namespace ComputeCore.Models;

/// <summary>
/// GPT-2 (Radford et al., Language Models are Unsupervised Multitask Learners, 2019): token and position embeddings, pre-norm
/// blocks, and output weights tied to the embedding. Parameters are named as in the file that Hugging Face publishes:
/// <c>wte.weight</c>, <c>wpe.weight</c>, <c>h.0.ln_1.weight</c>, …, <c>ln_f.bias</c>.
/// </summary>
public sealed class Gpt2 : CausalLanguageModel
{
    private readonly Gpt2Configuration configuration;
    private readonly RandomGenerator random;
    private readonly Embedding tokenEmbedding;
    private readonly LearnedPositions positionEmbedding;
    private readonly Gpt2Block[] blocks;
    private readonly LayerNorm norm;

    /// <summary>Makes the model with the paper's initial weights: normal, and smaller where blocks add to the residual stream.</summary>
    /// <param name="configuration">The sizes.</param>
    /// <param name="random">Where the initial weights come from, and dropout.</param>
    public Gpt2(Gpt2Configuration configuration, RandomGenerator random)
    {
        (this.configuration, this.random) = (configuration, random);
        tokenEmbedding = Register("wte", new Embedding(configuration.VocabularySize, configuration.Width, random, Gpt2Block.Weights));
        positionEmbedding = Register("wpe", new LearnedPositions(configuration.ContextLength, configuration.Width, random, Gpt2Block.Weights));
        blocks = [.. Enumerable.Range(0, configuration.Layers).Select(i => Register($"h.{i}", new Gpt2Block(configuration, random)))];
        norm = Register("ln_f", new LayerNorm([configuration.Width]));
    }

    /// <inheritdoc/>
    public override int VocabularySize => configuration.VocabularySize;

    /// <inheritdoc/>
    public override int ContextLength => configuration.ContextLength;

    private protected override Tensor Hidden(Tensor tokens, Tensor? spans, KeyValueCache? cache)
    {
        var x = tokenEmbedding.Forward(tokens) + positionEmbedding.Forward(tokens.Shape[1], spans);
        if (Training)
            x = x.Dropout(configuration.Dropout, random);
        for (var i = 0; i < blocks.Length; i++)
        {
            var (block, input, layerCache) = (blocks[i], x, cache?.Layers[i]);
            Tensor Forward() => block.Forward(input, spans, layerCache);
            x = Training && configuration.RecomputesBlocks ? Tensor.Recomputed(Forward) : Forward();
        }

        return norm.Forward(x);
    }

    private protected override Tensor Logits(Tensor hidden) => tokenEmbedding.Logits(hidden);

    private protected override KeyValueCache NewCache(int batch, int capacity) =>
        new(blocks.Length, batch, capacity, configuration.Heads, configuration.Width / configuration.Heads);

    /// <inheritdoc/>
    protected override string? VariableOf(string tensor)
    {
        // The language model's own files say "transformer.wte.weight" and may store the tied output weights a second time; the
        // masks of causal attention are stored as if they were weights.
        var name = tensor.StartsWith("transformer.", StringComparison.Ordinal) ? tensor["transformer.".Length..] : tensor;
        if (name.EndsWith(".attn.bias", StringComparison.Ordinal) || name.EndsWith(".attn.masked_bias", StringComparison.Ordinal))
            return null;
        return name == "lm_head.weight" ? "wte.weight" : name;
    }
}
