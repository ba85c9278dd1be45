using ComputeCore.Devices;
using ComputeCore.Operations;
using NUnit.Framework;

namespace ComputeCore.Tests.Golden;

/// <summary>Ten steps of each optimizer against PyTorch's, with the parameter and the state updated in place.</summary>
public class GoldenOptimizerTests
{
    private static IEnumerable<TestCaseData> Cases() =>
        from golden in GoldenCase.Of("optimizers")
        where golden.Operation != "clip_grad_norm_"
        from device in (string[])["reference", "cpu"]
        select new TestCaseData(device, golden).SetArgDisplayNames(device, $"{golden}");

    [TestCaseSource(nameof(Cases))]
    public void An_optimizer_takes_the_steps_that_PyTorch_takes(string deviceName, object goldenObject)
    {
        var golden = (GoldenCase)goldenObject;
        var update = Update(golden);
        if (golden.Inputs is not [var start, var gradients])
            throw new InvalidDataException($"{golden} has other inputs than a parameter and its gradients.");
        var steps = gradients.Shape[0];

        using var device = Device.Open(deviceName);
        using var parameter = new Variable("parameter", start);
        using var step = new Variable("step", TensorData.Scalar(0L));
        Variable[] state = [.. Enumerable.Range(0, update.StateCount).Select(i => new Variable($"state{i}", new TensorData(start.Type)))];
        using var train = new Function(device, inputs =>
        {
            var next = step + Tensor.Scalar(1, ElementType.Int64);
            step.Assign(next);
            update.Apply(parameter, inputs[0], state, Tensor.Scalar(golden.Get<double>("lr")), next, Tensor.Scalar(1));
            return [];
        });

        var size = (int)start.Type.SizeInBytes;
        var trajectory = new TensorData(gradients.Type);
        for (var i = 0; i < steps; i++)
        {
            train.Run(new TensorData(start.Type, gradients.Bytes.Slice(i * size, size).ToArray()));
            parameter.Read().Bytes.CopyTo(trajectory.Bytes[(i * size)..]);
        }

        GoldenTests.AssertMatches(golden, "output0", trajectory);
        foreach (var variable in state)
            variable.Dispose();
    }

    private static OptimizerUpdate Update(GoldenCase golden)
    {
        var weightDecay = golden.Get<double>("weight_decay");
        return golden.Operation switch
        {
            "sgd" => new SgdUpdate(golden.Get<double>("momentum"), golden.Get<double>("dampening"), weightDecay, golden.Get<bool>("nesterov")),
            "rmsprop" => new RmsPropUpdate(golden.Get<double>("alpha"), golden.Get<double>("eps"), weightDecay, golden.Get<double>("momentum"), golden.Get<bool>("centered")),
            "adam" or "adamw" when golden.Get<double[]>("betas") is [var beta1, var beta2] =>
                new AdamUpdate(beta1, beta2, golden.Get<double>("eps"), weightDecay, golden.Operation == "adamw"),
            _ => throw new NotSupportedException($"{golden}: the optimizer {golden.Operation} is unknown here."),
        };
    }
}
