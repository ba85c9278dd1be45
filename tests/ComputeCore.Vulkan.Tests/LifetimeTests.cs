using System.Globalization;
using ComputeCore.Devices;
using NUnit.Framework;

namespace ComputeCore.Vulkan.Tests;

/// <summary>Opening, sharing and closing devices.</summary>
[NonParallelizable]
public class LifetimeTests
{
    [Test]
    public void The_device_is_listed_and_opened_by_name()
    {
        VulkanDevices.Register();
        var listed = DeviceCatalog.List().First(device => device.Kind == "vulkan");
        Assert.That(listed.Usable, listed.Reason);
        using var device = (VulkanDevice)Device.Open("vulkan:0");
        Assert.That(device.Name, Is.EqualTo(listed.Name));
        Assert.That(device.Description, Is.EqualTo(listed.Description).And.Contains("Vulkan 1."));
    }

    [Test]
    public void Opening_and_closing_two_hundred_times_keeps_no_memory_and_no_handles()
    {
        // The first cycles fill the driver's and the runtime's own caches.
        for (var cycle = 0; cycle < 20; cycle++)
            Workload.Run(cycle);
        var (memory, handles, threads) = Usage();
        for (var cycle = 0; cycle < 200; cycle++)
            Assert.That(Workload.Run(cycle), Is.EqualTo(Workload.Expected(cycle)));
        var (memoryAfter, handlesAfter, threadsAfter) = Usage();
        Assert.That(handlesAfter, Is.LessThanOrEqualTo(handles + 2));
        Assert.That(threadsAfter, Is.LessThanOrEqualTo(threads + 2));
        Assert.That(memoryAfter, Is.LessThanOrEqualTo(memory + (16 << 20)));
    }

    [Test]
    public void Two_processes_share_a_device()
    {
        var none = new Dictionary<string, string>();
        using var first = ChildProcess.Start(none, "work", "3");
        using var second = ChildProcess.Start(none, "work", "4");
        var own = Workload.Run(5);
        Assert.That(first.StandardOutput.ReadToEnd().Trim(), Is.EqualTo(Workload.Expected(3)));
        Assert.That(second.StandardOutput.ReadToEnd().Trim(), Is.EqualTo(Workload.Expected(4)));
        Assert.That(own, Is.EqualTo(Workload.Expected(5)));
    }

    private static (long Bytes, int Handles, int Threads) Usage()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        var status = File.ReadAllLines("/proc/self/status");
        return (Number("VmRSS:") * 1024, Directory.GetFileSystemEntries("/proc/self/fd").Length, (int)Number("Threads:"));

        long Number(string key) => long.Parse(
            status.Single(line => line.StartsWith(key, StringComparison.Ordinal)).Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
    }
}
