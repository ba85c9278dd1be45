using ComputeCore.Devices;
using ComputeCore.Graphs;
using ComputeCore.Operations;
using ComputeCore.Testing;
using NUnit.Framework;

namespace ComputeCore.Tests.Operations;

public class AllocationTests
{
    private static IEnumerable<TestCaseData> Samples() =>
        OperationSamples.All.Select((sample, i) => new TestCaseData(sample).SetArgDisplayNames($"{i}: {sample}"));

    [TestCaseSource(nameof(Samples))]
    public void Running_a_compiled_operation_allocates_nothing(object sampleObject)
    {
        var sample = (Sample)sampleObject;
        using var device = Device.Open("cpu");
        using var function = new Function(device, inputs => [.. Node.ApplyMany(sample.Operation, inputs)]);
        var inputs = sample.Inputs();
        var results = function.Run(inputs);
        function.RunInto(inputs, results);

        var (before, memory) = (GC.GetAllocatedBytesForCurrentThread(), device.AllocatedBytes);
        function.RunInto(inputs, results);
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
        Assert.That(device.AllocatedBytes, Is.EqualTo(memory));
    }
}
