using ComputeCore.Nn;

namespace ComputeCore.Models;

/// <summary>One block: x + attention(norm(x)), then x + feedForward(norm(x)).</summary>
internal sealed class Gpt2Block : Module
{
    private readonly Gpt2Configuration configuration;
    private readonly RandomGenerator random;
    private readonly LayerNorm norm1;
    private readonly Conv1D queriesKeysValues;
    private readonly AttentionHeads attention;
    private readonly Conv1D attentionOutput;
    private readonly LayerNorm norm2;
    private readonly Conv1D expand;
    private readonly Conv1D contract;

    public Gpt2Block(Gpt2Configuration configuration, RandomGenerator random)
    {
        (this.configuration, this.random) = (configuration, random);
        var width = configuration.Width;
        // Two sums of each block go into the residual stream; all of them together keep its variance.
        var residualWeights = Initializers.Normal(0.02 / Math.Sqrt(2 * configuration.Layers));
        norm1 = Register("ln_1", new LayerNorm([width]));
        queriesKeysValues = Register("attn.c_attn", new Conv1D(width, 3 * width, random, Weights));
        attention = Register("attn.heads", new AttentionHeads(configuration.Heads, configuration.Heads, random) { IsCausal = true, Dropout = configuration.Dropout });
        attentionOutput = Register("attn.c_proj", new Conv1D(width, width, random, residualWeights));
        norm2 = Register("ln_2", new LayerNorm([width]));
        expand = Register("mlp.c_fc", new Conv1D(width, 4 * width, random, Weights));
        contract = Register("mlp.c_proj", new Conv1D(4 * width, width, random, residualWeights));
    }

    public static Initializer Weights { get; } = Initializers.Normal(0.02);

    public Tensor Forward(Tensor x, Tensor? spans, LayerCache? cache)
    {
        var width = configuration.Width;
        var qkv = queriesKeysValues.Forward(norm1.Forward(x)).Split(-1, width, width, width);
        x += Drop(attentionOutput.Forward(attention.Forward(qkv[0], qkv[1], qkv[2], spans, cache: cache)));
        return x + Drop(contract.Forward(expand.Forward(norm2.Forward(x)).GeluTanh()));
    }

    private Tensor Drop(Tensor x) => Training ? x.Dropout(configuration.Dropout, random) : x;
}
