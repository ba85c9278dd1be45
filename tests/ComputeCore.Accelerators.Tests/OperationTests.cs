using ComputeCore.Accelerators.Lowerings;
using ComputeCore.Devices;
using ComputeCore.Operations;
using ComputeCore.Testing;
using ComputeCore.Validation;
using NUnit.Framework;

namespace ComputeCore.Accelerators.Tests;

/// <summary>Every operation on every accelerator, against the definition in float64.</summary>
[TestFixtureSource(typeof(TestDevices), nameof(TestDevices.Accelerators))]
public sealed class OperationTests : IDisposable
{
    private readonly Device device;

    public OperationTests(string name) => device = TestDevices.Open(name);

    public void Dispose() => device.Dispose();

    private static IEnumerable<TestCaseData> Samples() => Cases(OperationSamples.All);

    private static IEnumerable<TestCaseData> DifferentiableSamples() => Cases(Conformance.Differentiable);

    private static IEnumerable<TestCaseData> Cases(IEnumerable<Sample> samples) =>
        samples.Select((sample, i) => new TestCaseData(sample).SetArgDisplayNames($"{i}: {sample}"));

    [Test]
    public void Every_operation_has_kernels()
    {
        var missing = OperationSamples.All.Where(sample => !sample.Operation.IsView).Select(sample => sample.Operation.GetType()).Distinct().Where(type => !LoweringTable.Handles(type));
        Assert.That(missing.Select(type => type.Name), Is.Empty);
    }

    [TestCaseSource(nameof(Samples))]
    public void The_device_computes_what_the_definition_says(object sample) => Conformance.CheckResults(device, (Sample)sample);

    [TestCaseSource(nameof(DifferentiableSamples))]
    public void The_device_computes_the_gradient_of_the_definition(object sample) => Conformance.CheckGradients(device, (Sample)sample);

    [TestCaseSource(nameof(Samples))]
    public void Running_a_compiled_operation_again_allocates_nothing_and_gives_the_same_bits(object sample) =>
        Assert.That(Conformance.RunAgain(device, (Sample)sample), Is.EqualTo((0L, 0L)));
}
