using ComputeCore.Accelerators;
using ComputeCore.Devices;
using ComputeCore.Ilgpu;
using ComputeCore.Vulkan;
using NUnit.Framework;

namespace ComputeCore.Kernels.Tests;

/// <summary>The devices that kernels are tested on, each opened once.</summary>
[SetUpFixture]
public class TestDevices
{
    private static readonly Dictionary<string, AcceleratorDevice> Opened = [];

    public static AcceleratorDevice Default => Open("opencl:0");

    public static AcceleratorDevice Open(string name)
    {
        IlgpuDevices.Register();
        VulkanDevices.Register();
        if (!Opened.TryGetValue(name, out var device))
            Opened[name] = device = (AcceleratorDevice)Device.Open(name);
        return device;
    }

    [OneTimeTearDown]
    public void Close()
    {
        foreach (var device in Opened.Values)
            device.Dispose();
        Opened.Clear();
    }
}
