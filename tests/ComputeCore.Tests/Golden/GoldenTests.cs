using ComputeCore.Devices;
using ComputeCore.Graphs;
using ComputeCore.Testing;
using NUnit.Framework;

namespace ComputeCore.Tests.Golden;

public class GoldenTests
{
    private static readonly string[] Devices = ["reference", "cpu"];
    private static readonly string[] Families = ["elementwise", "reductions", "indexing"];

    private static IEnumerable<TestCaseData> Cases() =>
        from family in Families
        from golden in GoldenCase.Read(family)
        from device in Devices
        select new TestCaseData(device, golden).SetArgDisplayNames(device, $"{family}: {golden}");

    [TestCaseSource(nameof(Cases))]
    public void Results_and_gradients_are_those_of_PyTorch(string deviceName, object goldenObject)
    {
        var golden = (GoldenCase)goldenObject;
        using var device = Device.Open(deviceName);
        // The reference device proves the definitions, so it computes without rounding to f32.
        TensorData Prepare(TensorData data) => deviceName == "reference" ? Runner.ToFloat64(data) : data;
        TensorData[] inputs = [.. golden.Inputs.Select(Prepare)];

        using var function = new Function(device, x => [GoldenOperations.Apply(golden, x)]);
        golden.AssertClose(function.Run(inputs)[0], "output0");

        if (golden.OutputGradient is not { } outputGradient)
            return;
        using var gradient = new Function(device, x =>
        {
            var y = GoldenOperations.Apply(golden, x[..^1]);
            return Gradients.Of((y * x[^1]).Sum(), [.. golden.Differentiable.Select(i => x[i])]);
        });
        var gradients = gradient.Run([.. inputs, Prepare(outputGradient)]);
        for (var i = 0; i < gradients.Length; i++)
            golden.AssertClose(gradients[i], $"gradInput{golden.Differentiable[i]}");
    }
}
