using System.Runtime.InteropServices;
using Silk.NET.Vulkan;

namespace ComputeCore.Vulkan;

/// <summary>An opened device and its queue.</summary>
internal sealed unsafe class LogicalDevice : IDisposable
{
    private readonly VulkanInstance instance;
    private readonly Lock queueGate = new();
    private readonly Queue queue;

    /// <summary>Opens a device with the features that kernels may use, as far as it has them.</summary>
    public LogicalDevice(VulkanInstance instance, Adapter adapter)
    {
        (this.instance, Adapter, Api) = (instance, adapter, instance.Api);

        var priority = 1f;
        var family = (uint)adapter.QueueFamily;
        var queues = new DeviceQueueCreateInfo(queueFamilyIndex: family, queueCount: 1, pQueuePriorities: &priority);
        var chain = adapter.Features;
        var features = FeatureChain.Link(&chain, adapter.KnowsStructuresOf);
        string[] names = [.. adapter.UsedExtensions];
        var extensions = stackalloc byte*[Math.Max(1, names.Length)];
        for (var i = 0; i < names.Length; i++)
            extensions[i] = (byte*)Marshal.StringToCoTaskMemUTF8(names[i]);

        try
        {
            var create = new DeviceCreateInfo(
                pNext: &features,
                queueCreateInfoCount: 1,
                pQueueCreateInfos: &queues,
                enabledExtensionCount: (uint)names.Length,
                ppEnabledExtensionNames: extensions);
            VkDevice device;
            VulkanErrors.Check(Api.CreateDevice(adapter.Handle, &create, null, &device), $"Opening {adapter.Name} ({adapter.Description})");
            Handle = device;
        }
        finally
        {
            for (var i = 0; i < names.Length; i++)
                Marshal.FreeCoTaskMem((nint)extensions[i]);
        }

        Queue first;
        Api.GetDeviceQueue(Handle, family, 0, &first);
        queue = first;
    }

    public Vk Api { get; }

    public Adapter Adapter { get; }

    public VkDevice Handle { get; }

    /// <summary>Whether the device was lost: everything but closing it fails from then on.</summary>
    public bool IsLost { get; private set; }

    /// <summary>Throws unless a call succeeded, or if the validation layer found fault with it.</summary>
    /// <param name="result">What the call returned.</param>
    /// <param name="action">What it was for, for the message: "Running a program".</param>
    public void Check(Result result, string action)
    {
        IsLost |= result == Result.ErrorDeviceLost;
        if (result < Result.Success)
            VulkanErrors.Check(result, $"{action} on {Adapter.Name} ({Adapter.Description})");
        instance.Validation?.ThrowIfAny();
    }

    /// <summary>Runs a recorded command buffer and waits until its results can be read.</summary>
    /// <param name="commands">The commands, not running already.</param>
    /// <param name="fence">A fence of the caller's, unsignalled before and after.</param>
    public void Run(CommandBuffer commands, Fence fence)
    {
        if (IsLost)
            Check(Result.ErrorDeviceLost, "Running a program");
        var submit = new SubmitInfo(commandBufferCount: 1, pCommandBuffers: &commands);
        Result result;
        lock (queueGate)
            result = Api.QueueSubmit(queue, 1, &submit, fence);
        Check(result, "Starting a program");
        Check(Api.WaitForFences(Handle, 1, &fence, true, ulong.MaxValue), "Running a program");
        Check(Api.ResetFences(Handle, 1, &fence), "Ending a program");
    }

    public void Dispose() => Api.DestroyDevice(Handle, null);

    /// <summary>Waits until nothing runs any more, or can't: what failed to be waited for may still be running.</summary>
    public void Settle() => Api.DeviceWaitIdle(Handle);
}
