using ComputeCore.Nn;

namespace ComputeCore.Validation.Golden.Families;

internal static class Normalization
{
    private static readonly string[] BatchNormState = ["running_mean", "running_var", "weight", "bias"];

    public static IReadOnlyDictionary<string, Call> Calls { get; } = new Dictionary<string, Call>
    {
        ["batch_norm"] = BatchNorm,
        ["layer_norm"] = (x, a) => [x[0].LayerNormalization(a.Axes("normalized_shape").Count, x.ElementAtOrDefault(1), x.ElementAtOrDefault(2), a.Number("eps"))],
    };

    // The layer, since running statistics are its doing. PyTorch's inputs take its variables' place in the graph; without
    // them weights are 1 and biases 0, as they begin.
    private static Tensor[] BatchNorm(Tensor[] x, Attributes a)
    {
        var layer = new BatchNorm2d(x[0].Shape[1]) { Epsilon = a.Number("eps"), Momentum = a.Number("momentum") };
        layer.Train(a.Flag("training"));
        var state = layer.State().ToDictionary();
        foreach (var (name, value) in BatchNormState.Zip(x[1..]))
            state[name].Assign(value);
        var y = layer.Forward(x[0]);
        return layer.Training ? [y, state["running_mean"], state["running_var"]] : [y];
    }
}
