using System.Runtime.InteropServices;
using Silk.NET.Core.Contexts;
using Silk.NET.Vulkan;

namespace ComputeCore.Vulkan.Tests;

/// <summary>
/// The system's Vulkan with functions that fail or do nothing when they are told to: how drivers behave that lose their device
/// or run out of memory. One at a time. It counts what was recorded too.
/// </summary>
internal sealed unsafe class FaultyDriver : INativeContext
{
    private readonly INativeContext real = VulkanLoader.Load().Context;

    private static delegate* unmanaged<Queue, uint, SubmitInfo*, Fence, Result> queueSubmit;
    private static delegate* unmanaged<Silk.NET.Vulkan.Device, uint, Fence*, uint, ulong, Result> waitForFences;
    private static delegate* unmanaged<Silk.NET.Vulkan.Device, MemoryAllocateInfo*, AllocationCallbacks*, DeviceMemory*, Result> allocateMemory;
    private static delegate* unmanaged<CommandBuffer, CommandBufferBeginInfo*, Result> beginCommandBuffer;
    private static delegate* unmanaged<CommandBuffer, uint, uint, uint, uint, MemoryBarrier*, uint, void*, uint, void*, void> cmdPipelineBarrier;

    /// <summary>What the named function returns from now on, instead of being called; null for nothing.</summary>
    public static (string Function, Result Result)? Fault { get; set; }

    /// <summary>How many command buffers were recorded.</summary>
    public static int Recordings { get; private set; }

    /// <summary>How many barriers were recorded.</summary>
    public static int Barriers { get; private set; }

    /// <summary>Loads the functions.</summary>
    public static Vk Load()
    {
        Fault = null;
        Recordings = 0;
        Barriers = 0;
        return new Vk(new FaultyDriver());
    }

    public nint GetProcAddress(string proc, int? slot = null) =>
        TryGetProcAddress(proc, out var address, slot) ? address : throw new EntryPointNotFoundException(proc);

    public bool TryGetProcAddress(string proc, out nint addr, int? slot = null)
    {
        if (!real.TryGetProcAddress(proc, out addr, slot))
            return false;
        switch (proc)
        {
            case "vkQueueSubmit":
                queueSubmit = (delegate* unmanaged<Queue, uint, SubmitInfo*, Fence, Result>)addr;
                addr = (nint)(delegate* unmanaged<Queue, uint, SubmitInfo*, Fence, Result>)&QueueSubmit;
                break;
            case "vkWaitForFences":
                waitForFences = (delegate* unmanaged<Silk.NET.Vulkan.Device, uint, Fence*, uint, ulong, Result>)addr;
                addr = (nint)(delegate* unmanaged<Silk.NET.Vulkan.Device, uint, Fence*, uint, ulong, Result>)&WaitForFences;
                break;
            case "vkAllocateMemory":
                allocateMemory = (delegate* unmanaged<Silk.NET.Vulkan.Device, MemoryAllocateInfo*, AllocationCallbacks*, DeviceMemory*, Result>)addr;
                addr = (nint)(delegate* unmanaged<Silk.NET.Vulkan.Device, MemoryAllocateInfo*, AllocationCallbacks*, DeviceMemory*, Result>)&AllocateMemory;
                break;
            case "vkBeginCommandBuffer":
                beginCommandBuffer = (delegate* unmanaged<CommandBuffer, CommandBufferBeginInfo*, Result>)addr;
                addr = (nint)(delegate* unmanaged<CommandBuffer, CommandBufferBeginInfo*, Result>)&BeginCommandBuffer;
                break;
            case "vkCmdPipelineBarrier":
                cmdPipelineBarrier = (delegate* unmanaged<CommandBuffer, uint, uint, uint, uint, MemoryBarrier*, uint, void*, uint, void*, void>)addr;
                addr = (nint)(delegate* unmanaged<CommandBuffer, uint, uint, uint, uint, MemoryBarrier*, uint, void*, uint, void*, void>)&CmdPipelineBarrier;
                break;
        }

        return true;
    }

    public void Dispose()
    {
    }

    private static bool Fails(string function, out Result result)
    {
        result = Fault?.Result ?? Result.Success;
        return Fault?.Function == function;
    }

    [UnmanagedCallersOnly]
    private static Result QueueSubmit(Queue queue, uint count, SubmitInfo* submits, Fence fence) =>
        Fails("vkQueueSubmit", out var result) ? result : queueSubmit(queue, count, submits, fence);

    [UnmanagedCallersOnly]
    private static Result WaitForFences(Silk.NET.Vulkan.Device device, uint count, Fence* fences, uint all, ulong timeout) =>
        Fails("vkWaitForFences", out var result) ? result : waitForFences(device, count, fences, all, timeout);

    [UnmanagedCallersOnly]
    private static Result AllocateMemory(Silk.NET.Vulkan.Device device, MemoryAllocateInfo* info, AllocationCallbacks* callbacks, DeviceMemory* memory) =>
        Fails("vkAllocateMemory", out var result) ? result : allocateMemory(device, info, callbacks, memory);

    [UnmanagedCallersOnly]
    private static Result BeginCommandBuffer(CommandBuffer commands, CommandBufferBeginInfo* info)
    {
        Recordings++;
        return beginCommandBuffer(commands, info);
    }

    [UnmanagedCallersOnly]
    private static void CmdPipelineBarrier(
        CommandBuffer commands, uint from, uint to, uint flags, uint memoryCount, MemoryBarrier* memory, uint bufferCount, void* buffers, uint imageCount, void* images)
    {
        Barriers++;
        if (!Fails("vkCmdPipelineBarrier", out _))
            cmdPipelineBarrier(commands, from, to, flags, memoryCount, memory, bufferCount, buffers, imageCount, images);
    }
}
