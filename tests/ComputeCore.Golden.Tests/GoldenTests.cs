using ComputeCore.Devices;
using ComputeCore.Testing;
using ComputeCore.Validation.Golden;
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
    public void The_engine_computes_what_PyTorch_does(object golden) =>
        Assert.That(Computations.Check(device, (GoldenCase)golden).Where(deviation => !deviation.IsAllowed), Is.Empty);
}
