using ComputeCore.Nn;

namespace ComputeCore.Models;

/// <summary>One layer of the encoder: norm(x + attention(x)), then norm(x + feedForward(x)).</summary>
internal sealed class BertLayer : Module
{
    private readonly BertConfiguration configuration;
    private readonly RandomGenerator random;
    private readonly Linear queries;
    private readonly Linear keys;
    private readonly Linear values;
    private readonly AttentionHeads attention;
    private readonly Linear attentionOutput;
    private readonly LayerNorm norm1;
    private readonly Linear expand;
    private readonly Linear contract;
    private readonly LayerNorm norm2;

    public BertLayer(BertConfiguration configuration, RandomGenerator random)
    {
        (this.configuration, this.random) = (configuration, random);
        var width = configuration.Width;
        queries = Dense("attention.self.query", width, width);
        keys = Dense("attention.self.key", width, width);
        values = Dense("attention.self.value", width, width);
        attention = Register("attention.self.heads", new AttentionHeads(configuration.Heads, configuration.Heads, random) { Dropout = configuration.Dropout });
        attentionOutput = Dense("attention.output.dense", width, width);
        norm1 = Norm("attention.output.LayerNorm");
        expand = Dense("intermediate.dense", width, 4 * width);
        contract = Dense("output.dense", 4 * width, width);
        norm2 = Norm("output.LayerNorm");

        Linear Dense(string name, int inputs, int outputs) => Register(name, new Linear(inputs, outputs, random, initializer: Bert.Weights));

        LayerNorm Norm(string name) => Register(name, new LayerNorm([width]) { Epsilon = configuration.Epsilon });
    }

    public Tensor Forward(Tensor x, Tensor? spans)
    {
        var attended = attention.Forward(queries.Forward(x), keys.Forward(x), values.Forward(x), spans);
        x = norm1.Forward(x + Drop(attentionOutput.Forward(attended)));
        return norm2.Forward(x + Drop(contract.Forward(expand.Forward(x).Gelu())));
    }

    private Tensor Drop(Tensor x) => Training ? x.Dropout(configuration.Dropout, random) : x;
}
