using ComputeCore.Accelerators;
using ComputeCore.Ilgpu;
using NUnit.Framework;

namespace ComputeCore.Kernels.Tests;

/// <summary>The devices that kernels are tested on, each opened once.</summary>
[SetUpFixture]
public class TestDevices
{
    /// <summary>ILGPU's simulation of a CUDA device.</summary>
    public const string Simulator = "simulator";

    private static readonly Dictionary<string, AcceleratorDevice> Opened = [];

    public static IReadOnlyList<string> Accelerators => Testing.TestDevices.Accelerators;

    public static AcceleratorDevice Open(string name)
    {
        if (!Opened.TryGetValue(name, out var device))
            Opened[name] = device = name == Simulator ? IlgpuDevice.OpenSimulator() : (AcceleratorDevice)Testing.TestDevices.Open(name);
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
