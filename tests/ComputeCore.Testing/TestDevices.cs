using ComputeCore.Devices;
using ComputeCore.Ilgpu;
using ComputeCore.Vulkan;

namespace ComputeCore.Testing;

/// <summary>
/// The devices that every operation, golden file and training is tested on: software devices that any machine can have, or those
/// that <c>COMPUTECORE_TEST_DEVICES</c> lists, separated by commas. One that is missing fails the tests.
/// </summary>
public static class TestDevices
{
    static TestDevices()
    {
        IlgpuDevices.Register();
        VulkanDevices.Register();
        // Whatever the validation layer reports is thrown.
        Environment.SetEnvironmentVariable("COMPUTECORE_VULKAN_VALIDATION", "1");
    }

    /// <summary>The accelerators' names.</summary>
    public static IReadOnlyList<string> Accelerators { get; } =
        Environment.GetEnvironmentVariable("COMPUTECORE_TEST_DEVICES") is { Length: > 0 } named
            ? named.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            : ["opencl:0", "vulkan:0"];

    /// <summary>The accelerators, and the devices that need no driver.</summary>
    public static IReadOnlyList<string> All { get; } = ["cpu", "reference", .. Accelerators];

    /// <summary>Opens a device.</summary>
    public static Device Open(string name) => Device.Open(name);
}
