using ComputeCore.Devices;
using NUnit.Framework;
using Silk.NET.Vulkan;

namespace ComputeCore.Vulkan.Tests;

/// <summary>A device that fails is an exception, after which the process can go on.</summary>
[NonParallelizable]
public class FaultTests
{
    [TearDown]
    public void Recover() => FaultyDriver.Fault = null;

    [Test]
    public void A_lost_device_is_an_exception_and_can_be_opened_again([Values("vkQueueSubmit", "vkWaitForFences")] string function)
    {
        var api = FaultyDriver.Load();
        var device = TestDevice.Open(api: api);
        var x = device.Buffer([.. Enumerable.Repeat(1f, 100_000)]);
        var program = device.Program(Kernels.Advance.Over(1, x.View));
        program.Run();

        FaultyDriver.Fault = (function, Result.ErrorDeviceLost);
        Assert.That(() => program.Run(), Throws.TypeOf<DeviceException>().With.Message.Contains("vulkan:0").And.Message.Contains("lost").And.Message.Contains("open it again"));
        FaultyDriver.Fault = null;
        Assert.That(() => program.Run(), Throws.TypeOf<DeviceException>().With.Message.Contains("lost"));
        Assert.That(() => device.Launch(Kernels.Advance.Over(1, x.View)), Throws.TypeOf<DeviceException>().With.Message.Contains("lost"));
        program.Dispose();
        x.Dispose();
        device.Dispose();

        using var again = TestDevice.Open(api: api);
        using var y = again.Buffer(1, 2, 3);
        again.Launch(Kernels.Advance.Over(1, y.View));
        Assert.That(y.ToArray(), Is.EqualTo(new float[] { 2, 3, 4 }));
    }

    [Test]
    public void A_driver_out_of_memory_is_an_exception_and_the_device_goes_on([Values] bool unified)
    {
        using var device = TestDevice.Open(TestDevice.Options with { UseUnifiedMemory = unified }, FaultyDriver.Load());
        using var x = device.Buffer(1, 2, 3);
        var before = device.AllocatedBytes;
        FaultyDriver.Fault = ("vkAllocateMemory", Result.ErrorOutOfDeviceMemory);
        Assert.That(
            () => device.AllocateBuffer<float>(50_000_000),
            Throws.TypeOf<DeviceException>().With.Message.Contains($"{200_000_000:N0} bytes").And.Message.Contains("vulkan:0").And.Message.Contains("out of memory"));
        FaultyDriver.Fault = null;
        Assert.That(device.AllocatedBytes, Is.EqualTo(before));
        using var large = device.AllocateBuffer<float>(50_000_000);
        device.Launch(Kernels.Advance.Over(1, x.View));
        Assert.That(x.ToArray(), Is.EqualTo(new float[] { 2, 3, 4 }));
    }

    [Test]
    public void A_device_that_fails_while_it_is_opened_leaves_nothing_behind()
    {
        var api = FaultyDriver.Load();
        FaultyDriver.Fault = ("vkAllocateMemory", Result.ErrorOutOfDeviceMemory);
        Assert.That(() => TestDevice.Open(TestDevice.Options with { UseUnifiedMemory = false }, api), Throws.TypeOf<DeviceException>().With.Message.Contains("out of memory"));
    }

    [Test]
    public void A_limit_of_memory_is_kept()
    {
        using var device = TestDevice.Open(TestDevice.Options with { MemoryLimit = 1 << 20 });
        using var most = device.AllocateBuffer<byte>(1_000_000);
        Assert.That(
            () => device.AllocateBuffer<byte>(100_000),
            Throws.TypeOf<DeviceException>().With.Message.Contains($"{100_000:N0}").And.Message.Contains($"{1 << 20:N0}").And.Message.Contains("vulkan:0"));
        Assert.That(device.AllocatedBytes, Is.EqualTo(1_000_000));
        most.Dispose();
        using var next = device.AllocateBuffer<byte>(100_000);
        Assert.That(device.AllocatedBytes, Is.EqualTo(100_000));
        Assert.That(device.PeakAllocatedBytes, Is.EqualTo(1_000_000));
    }

    [Test]
    public void More_than_any_device_has_is_an_exception()
    {
        using var device = TestDevice.Open();
        Assert.That(() => device.Allocate(1L << 50), Throws.TypeOf<DeviceException>().With.Message.Contains("out of memory"));
    }

    [Test]
    public void A_device_that_was_removed_is_an_exception() =>
        Assert.That(() => new VulkanDevice(VulkanLoader.Load(), 99, TestDevice.Options), Throws.TypeOf<DeviceException>().With.Message.Contains("vulkan:99"));

    [Test]
    public void The_validation_layer_finds_a_missing_barrier()
    {
        using var device = TestDevice.Open(api: FaultyDriver.Load());
        using var x = device.AllocateBuffer<float>(100);
        using var y = device.AllocateBuffer<float>(100);
        FaultyDriver.Fault = ("vkCmdPipelineBarrier", Result.Success);
        Assert.That(
            () => device.Program(Kernels.Advance.Over(1, x.View), Kernels.Scale.Over(1, x.View, y.View)),
            Throws.TypeOf<DeviceException>().With.Message.Contains("READ_AFTER_WRITE"));
    }

    [Test]
    public void A_missing_driver_is_listed_with_the_reason()
    {
        var none = new Dictionary<string, string> { ["VK_ICD_FILENAMES"] = "/nonexistent.json", ["VK_DRIVER_FILES"] = "/nonexistent.json" };
        using var process = ChildProcess.Start(none, "list");
        Assert.That(process.StandardOutput.ReadToEnd(), Does.StartWith("vulkan:0").And.Contains("driver"));
        process.WaitForExit();
        Assert.That(process.ExitCode, Is.Zero);
    }

    [Test]
    public void A_missing_loader_is_listed_with_the_reason()
    {
        // What is found first under the loader's names is no library.
        var folder = Directory.CreateTempSubdirectory().FullName;
        try
        {
            foreach (var name in new[] { "libvulkan.so.1", "libvulkan.so" })
                File.WriteAllText(Path.Combine(folder, name), "no library");
            using var process = ChildProcess.Start(new Dictionary<string, string> { ["LD_LIBRARY_PATH"] = folder }, "list");
            Assert.That(process.StandardOutput.ReadToEnd(), Does.StartWith("vulkan:0").And.Contains("libvulkan.so.1"));
            process.WaitForExit();
            Assert.That(process.ExitCode, Is.Zero);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
