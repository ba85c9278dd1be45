using ComputeCore.Nn;

namespace ComputeCore.Validation;

/// <summary>Networks that have what large ones are made of, and that the definition in float64 trains in seconds.</summary>
internal static class SmallNetworks
{
    /// <summary>How many tokens the Transformer knows.</summary>
    public const int Vocabulary = 50;

    /// <summary>How many tokens it sees.</summary>
    public const int Context = 12;

    private const int Width = 32;
    private const int Heads = 4;

    /// <summary>From images [N, 3, 12, 12] to ten logits.</summary>
    public static Layer ResidualCnn(RandomGenerator random) => new Sequential(
        new Conv2d(3, 8, 3, random, hasBias: false) { Padding = 1 },
        new BatchNorm2d(8),
        new Relu(),
        new Residual(new Sequential(
            new Conv2d(8, 8, 3, random, groups: 8, hasBias: false) { Padding = 1 },
            new BatchNorm2d(8),
            new Silu(),
            new Conv2d(8, 8, 1, random))),
        new Conv2d(8, 16, 3, random) { Stride = 2, Padding = 1 },
        new BatchNorm2d(16),
        new Relu(),
        new AdaptiveAveragePool2d(1),
        new Flatten(),
        new Dropout(0.2, random),
        new Linear(16, 10, random));

    /// <summary>From tokens [N, 12] to ten logits, from the mean of the last layer's outputs.</summary>
    public static Layer Transformer(RandomGenerator random) => new Sequential(
        new Embeddings(random),
        new Residual(new Sequential(new LayerNorm([Width]), new SelfAttention(random))),
        new Residual(new Sequential(new LayerNorm([Width]), new Linear(Width, 4 * Width, random), new Gelu(), new Linear(4 * Width, Width, random))),
        new LayerNorm([Width]),
        new MeanOfTokens(),
        new Linear(Width, 10, random));

    private sealed class Residual : Layer
    {
        private readonly Layer inner;

        public Residual(Layer inner) => this.inner = Register("inner", inner);

        public override Tensor Forward(Tensor input) => input + inner.Forward(input);
    }

    private sealed class Embeddings : Layer
    {
        private readonly Variable tokens;
        private readonly Variable positions;

        public Embeddings(RandomGenerator random)
        {
            tokens = Parameter("tokens", random.Normal([Vocabulary, Width], 0, 0.1));
            positions = Parameter("positions", random.Normal([Context, Width], 0, 0.1));
        }

        public override Tensor Forward(Tensor input) => tokens.ToTensor().IndexSelect(0, input) + positions;
    }

    private sealed class SelfAttention : Layer
    {
        private readonly Linear projections;
        private readonly Linear output;

        public SelfAttention(RandomGenerator random)
        {
            projections = Register("projections", new Linear(Width, 3 * Width, random));
            output = Register("output", new Linear(Width, Width, random));
        }

        public override Tensor Forward(Tensor input)
        {
            Shape heads = [input.Shape[0], input.Shape[1], Heads, Width / Heads];
            Tensor[] parts = [.. projections.Forward(input).Split(2, Width, Width, Width).Select(part => part.Reshape(heads))];
            return output.Forward(parts[0].Attention(parts[1], parts[2], new AttentionOptions { IsCausal = true }).Reshape(input.Shape));
        }
    }

    private sealed class MeanOfTokens : Layer
    {
        public override Tensor Forward(Tensor input) => input.Mean([1]);
    }
}
