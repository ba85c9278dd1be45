using ComputeCore.Accelerators;
using ComputeCore.Operations;
using ComputeCore.Validation;
using NUnit.Framework;

namespace ComputeCore.Kernels.Tests.RandomNumbers;

/// <summary>Random numbers: the same bits as the CPU's.</summary>
[TestFixtureSource(typeof(TestDevices), nameof(TestDevices.Accelerators))]
public class PhiloxTests(string deviceName)
{
    private AcceleratorDevice Device => TestDevices.Open(deviceName);

    [Test]
    public void Dropout_masks_have_the_bits_of_the_CPU([Values(1, 3, 255, 1_024, 100_003)] int count, [Values(0.0, 0.25, 0.999)] double rate)
    {
        using var cpu = Devices.Device.Open("cpu");
        var dropout = new Dropout(rate, 5);
        var ones = TensorData.From([count], Enumerable.Repeat(1f, count).ToArray());
        var state = TensorData.From([2], 0x1234_5678_9abcL, 4_000_000_000L);
        Assert.That(Runner.Run(Device, dropout, ones, state)[0].Bytes.SequenceEqual(Runner.Run(cpu, dropout, ones, state)[0].Bytes));
    }
}
