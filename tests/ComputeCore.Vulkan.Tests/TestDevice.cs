using ComputeCore.Accelerators;
using ComputeCore.Devices;
using ComputeCore.Kernels;
using Silk.NET.Vulkan;

namespace ComputeCore.Vulkan.Tests;

/// <summary>Devices as the tests open them: watched by the validation layer, so that its first message fails the test.</summary>
internal static class TestDevice
{
    public static VulkanOptions Options { get; } = new() { Validate = true, CacheFolder = null };

    public static VulkanDevice Open(VulkanOptions? options = null, Vk? api = null) => new(api ?? VulkanLoader.Load(), 0, options ?? Options);

    /// <summary>A buffer that holds values.</summary>
    public static DeviceBuffer<float> Buffer(this VulkanDevice device, params ReadOnlySpan<float> values)
    {
        var buffer = device.AllocateBuffer<float>(values.Length);
        buffer.Write(values);
        return buffer;
    }

    /// <summary>A program of launches that belong to no graph.</summary>
    public static DeviceProgram Program(this VulkanDevice device, params IEnumerable<KernelDispatch> dispatches) =>
        device.Record([.. dispatches.Select(dispatch => new RecordedLaunch(null!, [dispatch]))], []);
}
