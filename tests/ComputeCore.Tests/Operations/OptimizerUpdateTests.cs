using ComputeCore.Devices;
using ComputeCore.Operations;
using NUnit.Framework;

namespace ComputeCore.Tests.Operations;

[TestFixture("reference")]
[TestFixture("cpu")]
public class OptimizerUpdateTests(string deviceName)
{
    private static readonly OptimizerUpdate[] Updates =
    [
        new SgdUpdate(0, 0, 0.1, false),
        new SgdUpdate(0.9, 0, 0.1, true),
        new AdamUpdate(0.9, 0.999, 1e-8, 0.1, true),
        new RmsPropUpdate(0.9, 1e-8, 0.1, 0.9, true),
    ];

    [TestCaseSource(nameof(Updates))]
    public void A_gradient_scale_of_zero_leaves_everything_as_it_is_even_if_the_gradient_is_not_finite(object updateObject)
    {
        var update = (OptimizerUpdate)updateObject;
        using var device = Device.Open(deviceName);
        Variable[] variables = [.. Enumerable.Range(0, 1 + update.StateCount).Select(i => new Variable($"{i}", TensorData.From([3], 1f + i, 2f, 0.5f)))];
        using var function = new Function(device, inputs =>
        {
            update.Apply(variables[0], inputs[0], variables[1..], Tensor.Scalar(0.1), inputs[1], inputs[2]);
            return [];
        });
        function.Run(TensorData.From([3], float.NaN, float.PositiveInfinity, 1), TensorData.Scalar(0L), TensorData.Scalar(0f));
        foreach (var (i, variable) in variables.Index())
        {
            Assert.That(variable.Read().ToDoubles(), Is.EqualTo((double[])[1 + i, 2, 0.5]));
            variable.Dispose();
        }
    }
}
