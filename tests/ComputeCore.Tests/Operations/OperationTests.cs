using ComputeCore.Devices;
using ComputeCore.Operations;
using ComputeCore.Testing;
using NUnit.Framework;

namespace ComputeCore.Tests.Operations;

public class OperationTests
{
    private static readonly string[] Devices = ["cpu"];

    private static IEnumerable<TestCaseData> Samples() =>
        OperationSamples.All.Select((sample, i) => new TestCaseData(sample).SetArgDisplayNames($"{i}: {sample}"));

    private static IEnumerable<TestCaseData> SamplesOnDevices() =>
        Devices.SelectMany(device => OperationSamples.All.Select((sample, i) => new TestCaseData(device, sample).SetArgDisplayNames(device, $"{i}: {sample}")));

    private static IEnumerable<TestCaseData> DifferentiableSamples() =>
        Samples().Where(test => IsDifferentiable((Sample)test.Arguments[0]!));

    private static IEnumerable<TestCaseData> DifferentiableSamplesOnDevices() =>
        SamplesOnDevices().Where(test => IsDifferentiable((Sample)test.Arguments[1]!));

    [Test]
    public void Every_operation_brings_samples() =>
        Assert.That(OperationSamples.WithoutSamples, Is.Empty);

    [TestCaseSource(nameof(SamplesOnDevices))]
    public void A_device_computes_what_the_definition_says(string name, object sampleObject)
    {
        var sample = (Sample)sampleObject;
        using var device = Device.Open(name);
        using var reference = Device.Open("reference");
        var inputs = sample.Inputs();
        var results = Runner.Run(device, sample.Operation, inputs);
        var truths = Runner.Run(reference, sample.Operation, inputs);
        for (var i = 0; i < results.Length; i++)
            Compare.AssertClose(results[i], truths[i], sample.Operation.Tolerance, $"result {i}");
    }

    [TestCaseSource(nameof(DifferentiableSamplesOnDevices))]
    public void A_device_computes_the_gradient_of_the_definition(string name, object sampleObject)
    {
        var sample = (Sample)sampleObject;
        using var device = Device.Open(name);
        using var reference = Device.Open("reference");
        var (inputs, weights) = (sample.Inputs(), Runner.Weights(sample));
        var results = Runner.Gradients(device, sample.Operation, inputs, weights);
        var truths = Runner.Gradients(reference, sample.Operation, inputs, weights);
        for (var i = 0; i < results.Length; i++)
            if (results[i] is not null)
                Compare.AssertClose(results[i]!, truths[i]!, Tolerance.Float32, $"gradient of input {i}");
    }

    [TestCaseSource(nameof(DifferentiableSamples))]
    public void Gradients_agree_with_finite_differences(object sampleObject)
    {
        var sample = (Sample)sampleObject;
        using var reference = Device.Open("reference");
        TensorData[] inputs = [.. sample.Inputs().Select(Runner.ToFloat64)];
        var weights = Runner.Weights(sample, asFloat64: true);
        var gradients = Runner.Gradients(reference, sample.Operation, inputs, weights);

        using var loss = new Function(reference, tensors =>
            [Runner.Loss(ComputeCore.Graphs.Node.ApplyMany(sample.Operation, tensors[..inputs.Length]), tensors[inputs.Length..])]);
        for (var i = 0; i < inputs.Length; i++)
        {
            if (gradients[i] is not { } gradient)
                continue;
            var values = inputs[i].AsSpan<double>();
            // A few elements, spread over the tensor: each costs two evaluations.
            for (var e = 0; e < values.Length; e += Math.Max(1, values.Length / 7))
            {
                const double Step = 1e-5;
                var value = inputs[i].AsSpan<double>()[e];
                double At(double x)
                {
                    inputs[i].AsSpan<double>()[e] = x;
                    return loss.Run([.. inputs, .. weights])[0].Item<double>();
                }

                var slope = (At(value + Step) - At(value - Step)) / (2 * Step);
                At(value);
                Assert.That(gradient.AsSpan<double>()[e], Is.EqualTo(slope).Within(1e-5 + 1e-5 * Math.Abs(slope)), $"gradient of input {i} at element {e}");
            }
        }
    }

    // A sample with NaN or infinities has no finite differences; an operation without a gradient says so when asked.
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
