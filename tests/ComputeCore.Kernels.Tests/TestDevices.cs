using ComputeCore.Accelerators;
using ComputeCore.Devices;
using ComputeCore.Ilgpu;
using NUnit.Framework;

namespace ComputeCore.Kernels.Tests;

/// <summary>The devices that kernels are tested on, opened once.</summary>
[SetUpFixture]
public class TestDevices
{
    private static readonly Lazy<AcceleratorDevice> OpenCl = new(() =>
    {
        IlgpuDevices.Register();
        return (AcceleratorDevice)Device.Open("opencl:0");
    });

    public static AcceleratorDevice Default => OpenCl.Value;

    [OneTimeTearDown]
    public void Close()
    {
        if (OpenCl.IsValueCreated)
            OpenCl.Value.Dispose();
    }
}
