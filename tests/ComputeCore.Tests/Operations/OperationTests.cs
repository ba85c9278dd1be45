using ComputeCore.Devices;
using ComputeCore.Operations;
using ComputeCore.Validation;
using NUnit.Framework;

namespace ComputeCore.Tests.Operations;

public class OperationTests
{
    private static IEnumerable<TestCaseData> Samples() => Cases(OperationSamples.All);

    private static IEnumerable<TestCaseData> DifferentiableSamples() => Cases(Conformance.Differentiable);

    private static IEnumerable<TestCaseData> Cases(IEnumerable<Sample> samples) =>
        samples.Select((sample, i) => new TestCaseData(sample).SetArgDisplayNames($"{i}: {sample}"));

    [Test]
    public void Every_operation_brings_samples() =>
        Assert.That(OperationSamples.WithoutSamples, Is.Empty);

    [TestCaseSource(nameof(Samples))]
    public void The_cpu_computes_what_the_definition_says(object sample)
    {
        using var device = Device.Open("cpu");
        Conformance.CheckResults(device, (Sample)sample);
    }

    [TestCaseSource(nameof(DifferentiableSamples))]
    public void The_cpu_computes_the_gradient_of_the_definition(object sample)
    {
        using var device = Device.Open("cpu");
        Conformance.CheckGradients(device, (Sample)sample);
    }

    [TestCaseSource(nameof(Samples))]
    public void Running_a_compiled_operation_again_allocates_nothing_and_gives_the_same_bits(object sample)
    {
        using var device = Device.Open("cpu");
        Assert.That(Conformance.RunAgain(device, (Sample)sample), Is.EqualTo((0L, 0L)));
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
}
