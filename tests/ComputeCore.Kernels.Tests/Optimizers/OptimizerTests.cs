using ComputeCore.Accelerators;
using ComputeCore.Operations;
using ComputeCore.Validation;
using NUnit.Framework;

namespace ComputeCore.Kernels.Tests.Optimizers;

/// <summary>Optimizer steps at the ends of a training, and left out.</summary>
[TestFixtureSource(typeof(TestDevices), nameof(TestDevices.Accelerators))]
public class OptimizerTests(string deviceName)
{
    private AcceleratorDevice Device => TestDevices.Open(deviceName);

    private static readonly OptimizerUpdate[] Updates =
    [
        new SgdUpdate(0.9, 0.1, 0.01, true), new AdamUpdate(0.9, 0.999, 1e-8, 0.01, true), new RmsPropUpdate(0.9, 1e-6, 0.01, 0.9, true),
    ];

    [TestCase(1)]
    [TestCase(2)]
    [TestCase(500)]
    [TestCase(1_000_000)]
    public void Adam_is_right_in_any_step(long step)
    {
        Shape shape = [1_001];
        Conformance.CheckResults(Device, new Sample(
            new AdamUpdate(0.9, 0.999, 1e-8, 0, false),
            Draw.Normal(shape), Draw.Normal(shape), Draw.Normal(shape), Draw.Uniform(shape, 0.3, 0.5),
            Draw.Values([], 0.001), Draw.Values([], ElementType.Int64, step), Draw.Values([], 1)));
    }

    [Test]
    public void A_scale_of_zero_leaves_everything_as_it_is_whatever_the_gradient_holds([ValueSource(nameof(Updates))] OptimizerUpdate update)
    {
        var parameter = Draw.Normal([300]).ToData(1);
        TensorData[] states = [.. Enumerable.Range(0, update.StateCount).Select(i => Draw.Uniform([300], 0.3, 0.5).ToData(2 + i))];
        var gradient = Draw.Values([300], [.. Enumerable.Repeat(double.NaN, 300)]).ToData(9);
        var results = Runner.Run(Device, update, [parameter, gradient, .. states, TensorData.From([], 0.1f), TensorData.From([], 3L), TensorData.From([], 0f)]);
        Assert.That(results[0].Bytes.SequenceEqual(parameter.Bytes));
        for (var i = 0; i < states.Length; i++)
            Assert.That(results[1 + i].Bytes.SequenceEqual(states[i].Bytes), $"state {i}");
    }
}
