using ComputeCore.Nn;

namespace ComputeCore.Models;

/// <summary>
/// Llama (Touvron et al., 2023): pre-norm blocks with root-mean-square normalization, rotary positions, grouped key heads and
/// SwiGLU, without biases. Parameters are named as in Hugging Face's files: <c>model.embed_tokens.weight</c>,
/// <c>model.layers.0.self_attn.q_proj.weight</c>, …, <c>lm_head.weight</c>.
/// </summary>
public sealed class Llama : CausalLanguageModel
{
    private readonly LlamaConfiguration configuration;
    private readonly RotaryPositions positions;
    private readonly Embedding tokenEmbedding;
    private readonly LlamaBlock[] blocks;
    private readonly RmsNorm norm;
    private readonly Linear? output;

    /// <summary>Makes the model with Hugging Face's initial weights: normal with a deviation of 0.02.</summary>
    /// <param name="configuration">The sizes.</param>
    /// <param name="random">Where the initial weights come from.</param>
    public Llama(LlamaConfiguration configuration, RandomGenerator random)
    {
        this.configuration = configuration;
        positions = new RotaryPositions(configuration.ContextLength, configuration.Width / configuration.Heads, configuration.RotaryBase);
        tokenEmbedding = Register("model.embed_tokens", new Embedding(configuration.VocabularySize, configuration.Width, random, LlamaBlock.Weights));
        blocks = [.. Enumerable.Range(0, configuration.Layers).Select(i => Register($"model.layers.{i}", new LlamaBlock(configuration, random)))];
        norm = Register("model.norm", new RmsNorm(configuration.Width) { Epsilon = configuration.Epsilon });
        if (!configuration.HasTiedOutput)
            output = Register("lm_head", new Linear(configuration.Width, configuration.VocabularySize, random, hasBias: false, LlamaBlock.Weights));
    }

    /// <inheritdoc/>
    public override int VocabularySize => configuration.VocabularySize;

    /// <inheritdoc/>
    public override int ContextLength => configuration.ContextLength;

    private protected override Tensor Hidden(Tensor tokens, Tensor? spans, KeyValueCache? cache)
    {
        var rotation = positions.Forward(tokens.Shape[1], spans);
        var x = tokenEmbedding.Forward(tokens);
        for (var i = 0; i < blocks.Length; i++)
            x = blocks[i].Forward(x, spans, rotation, cache?.Layers[i]);
        return norm.Forward(x);
    }

    private protected override Tensor Logits(Tensor hidden) => output?.Forward(hidden) ?? tokenEmbedding.Logits(hidden);

    private protected override KeyValueCache NewCache(int batch, int capacity) =>
        new(blocks.Length, batch, capacity, configuration.KeyHeads, configuration.Width / configuration.Heads);

    /// <inheritdoc/>
    protected override string? VariableOf(string tensor)
    {
        // Some files hold the frequencies of the rotary positions, and some the tied output weights a second time.
        if (tensor.EndsWith(".rotary_emb.inv_freq", StringComparison.Ordinal))
            return null;
        return tensor == "lm_head.weight" && output is null ? "model.embed_tokens.weight" : tensor;
    }
}
