using ComputeCore.Nn;

namespace ComputeCore.Validation.Golden.Families;

internal static class Attention
{
    public static IReadOnlyDictionary<string, Call> Calls { get; } = new Dictionary<string, Call>
    {
        ["multi_head_attention"] = MultiHeadAttention,
        ["encoder_layer"] = (x, a) => WithWeights(random => new TransformerEncoderLayer(Options(x[0], a), random), x[2..], layer => layer.Forward(x[0], Spans(x[1]))),
        ["decoder_layer"] = (x, a) => WithWeights(random => new TransformerDecoderLayer(Options(x[0], a), random), x[3..], layer => layer.Forward(x[0], x[1], Spans(x[2]))),
    };

    /// <summary>(0, length, 0) for each sequence.</summary>
    internal static Tensor Spans(Tensor lengths)
    {
        var zeros = Tensor.Full([lengths.Shape[0]], 0, ElementType.Int32);
        return Tensor.Stack(1, zeros, lengths.Cast(ElementType.Int32), zeros);
    }

    private static Tensor[] MultiHeadAttention(Tensor[] x, Attributes a)
    {
        var (length, width, heads) = (x[0].Shape[1], x[0].Shape[2], a.Integer("heads"));
        var rotation = a.Integer("rotary") is > 0 and var size ? new RotaryPositions(length, size) { IsInterleaved = a.Flag("interleaved") }.Forward(length) : null;
        return WithWeights(
            random => new MultiHeadAttention(width, heads, random, a.Flag("causal"), keyHeads: a.Integer("key_heads"), hasAlibi: a.Flag("alibi")),
            x[1..], attention => attention.Forward(x[0], rotation: rotation));
    }

    private static TransformerOptions Options(Tensor x, Attributes a) => new(x.Shape[2], a.Integer("heads"), a.Integer("hidden"))
    {
        Dropout = 0,
        IsPreNorm = a.Flag("norm_first"),
        Activation = a.Text("activation") == "gelu" ? new Gelu() : new Relu(),
    };

    // PyTorch's inputs take the place of the variables, sorted by their names, in the graph.
    private static Tensor[] WithWeights<T>(Func<RandomGenerator, T> create, Tensor[] weights, Func<T, Tensor> forward)
        where T : Module
    {
        using var random = new RandomGenerator(0);
        var module = create(random);
        foreach (var ((_, variable), weight) in module.Parameters().OrderBy(parameter => parameter.Name, StringComparer.Ordinal).Zip(weights))
            variable.Assign(weight);
        return [forward(module)];
    }
}
