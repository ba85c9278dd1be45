using ComputeCore.Nn;

namespace ComputeCore.Models;

/// <summary>One block: x + attention(norm(x)), then x + feedForward(norm(x)).</summary>
internal sealed class LlamaBlock : Module
{
    private readonly RmsNorm norm1;
    private readonly Linear queries;
    private readonly Linear keys;
    private readonly Linear values;
    private readonly AttentionHeads attention;
    private readonly Linear attentionOutput;
    private readonly RmsNorm norm2;
    private readonly SwiGlu feedForward;

    public LlamaBlock(LlamaConfiguration configuration, RandomGenerator random)
    {
        var (width, keyWidth) = (configuration.Width, configuration.Width / configuration.Heads * configuration.KeyHeads);
        norm1 = Register("input_layernorm", new RmsNorm(width) { Epsilon = configuration.Epsilon });
        queries = Project("q_proj", width);
        keys = Project("k_proj", keyWidth);
        values = Project("v_proj", keyWidth);
        attention = Register("self_attn.heads", new AttentionHeads(configuration.Heads, configuration.KeyHeads, random) { IsCausal = true });
        attentionOutput = Project("o_proj", width);
        norm2 = Register("post_attention_layernorm", new RmsNorm(width) { Epsilon = configuration.Epsilon });
        feedForward = Register("mlp", new SwiGlu(width, configuration.Hidden, random, Weights));

        Linear Project(string name, int outputs) => Register($"self_attn.{name}", new Linear(width, outputs, random, hasBias: false, Weights));
    }

    public static Initializer Weights { get; } = Initializers.Normal(0.02);

    public Tensor Forward(Tensor x, Tensor? spans, Rotation rotation, LayerCache? cache)
    {
        var y = norm1.Forward(x);
        x += attentionOutput.Forward(attention.Forward(queries.Forward(y), keys.Forward(y), values.Forward(y), spans, rotation, cache));
        return x + feedForward.Forward(norm2.Forward(x));
    }
}
