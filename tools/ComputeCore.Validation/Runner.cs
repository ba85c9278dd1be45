using ComputeCore.Devices;
using ComputeCore.Graphs;
using ComputeCore.Operations;

namespace ComputeCore.Validation;

/// <summary>Runs operations and their gradients on a device.</summary>
internal static class Runner
{
    /// <summary>The operation's results.</summary>
    public static TensorData[] Run(Device device, Operation operation, params TensorData[] inputs)
    {
        using var function = new Function(device, tensors => [.. Node.ApplyMany(operation, tensors)]);
        return function.Run(inputs);
    }

    /// <summary>
    /// The gradients of sum(weights · results) with respect to every floating-point input; null for inputs without one.
    /// Integer results count nothing.
    /// </summary>
    public static TensorData?[] Gradients(Device device, Operation operation, TensorData[] inputs, TensorData[] weights)
    {
        int[] differentiable = [.. Enumerable.Range(0, inputs.Length).Where(i => inputs[i].ElementType.IsFloatingPoint())];
        using var function = new Function(device, tensors =>
        {
            var results = Node.ApplyMany(operation, tensors[..inputs.Length]);
            var loss = Loss(results, tensors[inputs.Length..]);
            return loss.Gradients([.. differentiable.Select(i => tensors[i])]);
        });
        var gradients = function.Run([.. inputs, .. weights]);
        var all = new TensorData?[inputs.Length];
        for (var i = 0; i < differentiable.Length; i++)
            all[differentiable[i]] = gradients[i];
        return all;
    }

    /// <summary>sum(weights · results) over the floating-point results.</summary>
    public static Tensor Loss(IReadOnlyList<Tensor> results, IReadOnlyList<Tensor> weights)
    {
        Tensor? loss = null;
        foreach (var (result, weight) in results.Zip(weights))
            if (result.ElementType.IsFloatingPoint())
                loss = loss is null ? (result * weight).Sum() : loss + (result * weight).Sum();
        return loss ?? throw new InvalidOperationException("No result is floating point.");
    }

    /// <summary>Random weights for each result, of the result's type.</summary>
    public static TensorData[] Weights(Sample sample, bool asFloat64 = false)
    {
        var types = sample.Operation.Infer([.. sample.Inputs.Select(input => input.Type)]);
        return [.. types.Select((type, i) => Draw.Normal(type.Shape).ToData(2000 + i)).Select(data => asFloat64 ? ToFloat64(data) : data)];
    }

    /// <summary>f32 values as f64; other types as they are.</summary>
    public static TensorData ToFloat64(TensorData data) =>
        data.ElementType == ElementType.Float32 ? TensorData.From(data.Shape, data.ToDoubles()) : data;
}
