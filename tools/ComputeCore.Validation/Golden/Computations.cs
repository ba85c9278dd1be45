using ComputeCore.Devices;
using ComputeCore.Validation.Golden.Families;

namespace ComputeCore.Validation.Golden;

/// <summary>Computes a case on a device: the results by the names that the case has for PyTorch's.</summary>
internal delegate IReadOnlyDictionary<string, TensorData> Computation(Device device, GoldenCase golden);

/// <summary>A PyTorch operation as the engine writes it: from inputs and attributes to outputs.</summary>
internal delegate Tensor[] Call(Tensor[] inputs, Attributes attributes);

/// <summary>How the engine computes each case.</summary>
internal static class Computations
{
    private static readonly Dictionary<string, IReadOnlyDictionary<string, Computation>> Families = new()
    {
        ["attention"] = Of(Attention.Calls),
        ["cnn"] = Cnn.Computations,
        ["convolution"] = Of(Convolution.Calls),
        ["elementwise"] = Of(Elementwise.Calls),
        ["indexing"] = Of(Indexing.Calls),
        ["matmul"] = Of(Matmul.Calls),
        ["normalization"] = Of(Normalization.Calls),
        ["optimizers"] = Optimizers.Computations,
        ["pooling"] = Of(Pooling.Calls),
        ["reductions"] = Of(Reductions.Calls),
        ["schedules"] = Schedules.Computations,
        ["softmax_losses"] = Of(SoftmaxLosses.Calls),
        ["transformers"] = Transformers.Computations,
    };

    /// <summary>A case's computation; null if there is none.</summary>
    public static Computation? Of(GoldenCase golden) => Families.GetValueOrDefault(golden.Family)?.GetValueOrDefault(golden.Operation);

    /// <summary>How far each of the case's results is from PyTorch's when a device computes it.</summary>
    public static IEnumerable<Deviation> Check(Device device, GoldenCase golden)
    {
        if (Of(golden) is not { } compute)
            return [new Deviation(double.PositiveInfinity, $"The engine has no computation for {golden.Operation}.")];
        var results = compute(device, golden);
        return golden.Results.Union(results.Keys).Select(part => results.TryGetValue(part, out var result) && golden.Tensors.ContainsKey(part)
            ? Criterion.DeviationOf(part, result, golden)
            : new Deviation(double.PositiveInfinity, $"{part} is on one side alone, the engine's or PyTorch's."));
    }

    private static Dictionary<string, Computation> Of(IReadOnlyDictionary<string, Call> calls) =>
        calls.ToDictionary(entry => entry.Key, entry => (Computation)((device, golden) => Run(device, golden, entry.Value)));

    // The results alone, as in use, and then the gradients of Σ gradOutput · output, as in training.
    private static Dictionary<string, TensorData> Run(Device device, GoldenCase golden, Call call)
    {
        var inputs = golden.All("input");
        using var forward = new Function(device, x => call(x, golden.Attributes));
        var results = forward.Run(inputs).Select((output, i) => ($"output{i}", output));

        var (upstream, differentiable) = (golden.Numbers("gradOutput"), golden.Numbers("gradInput"));
        if (upstream.Length > 0)
        {
            using var backward = new Function(device, tensors =>
            {
                var x = tensors[..inputs.Length];
                var outputs = call(x, golden.Attributes);
                return Runner.Loss([.. upstream.Select(i => outputs[i])], tensors[inputs.Length..]).Gradients([.. differentiable.Select(i => x[i])]);
            });
            var gradients = backward.Run([.. inputs, .. golden.All("gradOutput")]);
            results = results.Concat(gradients.Select((gradient, i) => ($"gradInput{differentiable[i]}", gradient)));
        }

        return results.ToDictionary();
    }
}
