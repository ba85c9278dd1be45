using ComputeCore.Devices;
using ComputeCore.Graphs;
using ComputeCore.Operations;

namespace ComputeCore.Validation;

/// <summary>What every device owes an operation.</summary>
internal static class Conformance
{
    /// <summary>The samples that have gradients: no NaN or infinity among the inputs, and something floating point to differentiate.</summary>
    public static IReadOnlyList<Sample> Differentiable { get; } = [.. OperationSamples.All.Where(IsDifferentiable)];

    /// <summary>Throws unless the device computes what the definition says.</summary>
    public static void CheckResults(Device device, Sample sample) => Results(device, sample).Require();

    /// <summary>Throws unless the device computes the gradient of the definition.</summary>
    public static void CheckGradients(Device device, Sample sample) => Gradients(device, sample).Require();

    /// <summary>How far the device's results are from the definition's.</summary>
    public static Deviation Results(Device device, Sample sample)
    {
        using var reference = Device.Open("reference");
        var inputs = sample.Inputs();
        var results = Runner.Run(device, sample.Operation, inputs);
        var truths = Runner.Run(reference, sample.Operation, inputs);
        return Deviation.Largest(results.Select((result, i) => Deviation.Of(result, truths[i], sample.Operation.Tolerance, $"result {i}")));
    }

    /// <summary>How far the device's gradients are from the definition's.</summary>
    public static Deviation Gradients(Device device, Sample sample)
    {
        using var reference = Device.Open("reference");
        var (inputs, weights) = (sample.Inputs(), Runner.Weights(sample));
        var results = Runner.Gradients(device, sample.Operation, inputs, weights);
        var truths = Runner.Gradients(reference, sample.Operation, inputs, weights);
        return Deviation.Largest(Enumerable.Range(0, results.Length).Where(i => results[i] is not null)
            .Select(i => Deviation.Of(results[i]!, truths[i]!, Tolerance.Float32, $"the gradient of input {i}")));
    }

    /// <summary>Whether a compiled operation that runs again gives the same bits: no error at all, or an infinite one.</summary>
    public static Deviation Repetition(Device device, Sample sample)
    {
        using var function = new Function(device, inputs => [.. Node.ApplyMany(sample.Operation, inputs)]);
        var inputs = sample.Inputs();
        var (results, again) = (function.Run(inputs), function.Run(inputs));
        var changed = Array.FindIndex([.. results.Zip(again, (a, b) => a.Bytes.SequenceEqual(b.Bytes))], isSame => !isSame);
        return changed < 0 ? new(0, "the same bits") : new(double.PositiveInfinity, $"result {changed} has other bits when it is computed again.");
    }

    /// <summary>A compiled operation runs without allocating, and a second run gives the same bits.</summary>
    /// <returns>Bytes that another run allocated on the managed heap and on the device.</returns>
    public static (long Managed, long Device) RunAgain(Device device, Sample sample)
    {
        Repetition(device, sample).Require();
        using var function = new Function(device, inputs => [.. Node.ApplyMany(sample.Operation, inputs)]);
        var inputs = sample.Inputs();
        var results = function.Run(inputs);
        var (before, memory) = (GC.GetAllocatedBytesForCurrentThread(), device.AllocatedBytes);
        function.RunInto(inputs, results);
        return (GC.GetAllocatedBytesForCurrentThread() - before, device.AllocatedBytes - memory);
    }

    // An operation without a gradient says so when asked.
    private static bool IsDifferentiable(Sample sample)
    {
        if (!sample.Inputs().Any(input => input.ElementType.IsFloatingPoint()) || sample.Inputs().Any(input => input.ToDoubles().Any(x => !double.IsFinite(x))))
            return false;
        try
        {
            using var reference = Device.Open("reference");
            Runner.Gradients(reference, sample.Operation, sample.Inputs(), Runner.Weights(sample));
            return true;
        }
        catch (NotSupportedException)
        {
            return false;
        }
        catch (InvalidOperationException e) when (e.Message.StartsWith("No result", StringComparison.Ordinal))
        {
            return false;
        }
    }
}
