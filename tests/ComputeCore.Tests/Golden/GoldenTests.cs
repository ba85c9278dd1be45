using ComputeCore.Devices;
using ComputeCore.Operations;
using NUnit.Framework;

namespace ComputeCore.Tests.Golden;

/// <summary>
/// Operations and their gradients against PyTorch's: a result is right if it is within the operation tolerance of PyTorch's f32
/// result, or nearer to PyTorch's f64 result than that is.
/// </summary>
public class GoldenTests
{
    private static readonly string[] Families = ["matmul", "convolution", "pooling", "normalization", "softmax_losses"];

    private static IEnumerable<TestCaseData> Cases() =>
        from family in Families
        from golden in GoldenCase.Of(family)
        from device in (string[])["reference", "cpu"]
        select new TestCaseData(device, golden).SetArgDisplayNames(device, $"{family}/{golden}");

    [TestCaseSource(nameof(Cases))]
    public void A_device_computes_what_PyTorch_does(string deviceName, object goldenObject)
    {
        var golden = (GoldenCase)goldenObject;
        var inputs = golden.Inputs;
        TensorData[] upstream = [.. golden.DifferentiatedOutputs.Select(i => golden.Read($"gradOutput{i}"))];
        using var device = Device.Open(deviceName);
        using var function = new Function(device, tensors =>
        {
            var outputs = GoldenOperations.Apply(golden, tensors[..inputs.Length]);
            if (upstream.Length == 0)
                return [.. outputs];
            var loss = golden.DifferentiatedOutputs.Zip(tensors[inputs.Length..], (i, gradient) => (outputs[i] * gradient).Sum()).Aggregate((a, b) => a + b);
            return [.. outputs, .. loss.Gradients([.. golden.DifferentiatedInputs.Select(i => tensors[i])])];
        });

        var results = function.Run([.. inputs, .. upstream]);
        string[] parts = [.. golden.Outputs.Select(i => $"output{i}"), .. golden.DifferentiatedInputs.Select(i => $"gradInput{i}")];
        Assert.That(results, Has.Length.EqualTo(parts.Length));
        for (var i = 0; i < results.Length; i++)
            AssertMatches(golden, parts[i], results[i]);
    }

    internal static void AssertMatches(GoldenCase golden, string part, TensorData result)
    {
        Assert.That(result.Shape, Is.EqualTo(golden.Read(part).Shape), part);
        var (values, (single, precise)) = (result.ToDoubles(), golden.Truth(part));
        for (var i = 0; i < values.Length; i++)
            if (Tolerance.Float32.Error(values[i], single[i]) > 1 && !(Math.Abs(values[i] - precise[i]) <= Math.Abs(single[i] - precise[i])))
                Assert.Fail($"{part} is {values[i]:R} at element {i}, but PyTorch's is {single[i]:R} in f32 and {precise[i]:R} in f64.");
    }
}
