using ComputeCore.Devices;
using ComputeCore.Testing;
using NUnit.Framework;

namespace ComputeCore.Golden.Tests;

/// <summary>Every golden case on every device.</summary>
[TestFixtureSource(typeof(TestDevices), nameof(TestDevices.All))]
public sealed class GoldenTests(string deviceName) : IDisposable
{
    private readonly Device device = TestDevices.Open(deviceName);

    private static IEnumerable<TestCaseData> Cases => GoldenFiles.Cases.Select(golden => new TestCaseData(golden).SetArgDisplayNames(golden.ToString()));

    public void Dispose() => device.Dispose();

    [TestCaseSource(nameof(Cases))]
    public void The_engine_computes_what_PyTorch_does(GoldenCase golden)
    {
        var results = Computations.Of(golden)!(device, golden);
        Assert.That(results.Keys, Is.EquivalentTo(golden.Results), "what is computed");
        Assert.Multiple(() =>
        {
            foreach (var (part, result) in results)
                Criterion.AssertRight(part, result, golden);
        });
    }
}
