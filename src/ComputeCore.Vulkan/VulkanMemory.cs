using System.Runtime.InteropServices;
using ComputeCore.Accelerators;

namespace ComputeCore.Vulkan;

/// <summary>A part of device memory, given to a tensor or an arena.</summary>
internal sealed unsafe class VulkanMemory : AcceleratorMemory
{
    private readonly VulkanDevice device;
    private readonly Allocation allocation;
    private bool released;

    public VulkanMemory(VulkanDevice device, long bytes)
        : base(device, bytes)
    {
        this.device = device;
        allocation = device.Allocator.Allocate(bytes);
        try
        {
            if (device.Staging is { } staging)
                staging.Clear(allocation);
            else
                NativeMemory.Clear(allocation.Block.Mapped + allocation.Offset, (nuint)allocation.Bytes);
        }
        catch
        {
            Release();
            throw;
        }

        device.Account(bytes);
    }

    /// <summary>Whose memory it is.</summary>
    public VulkanDevice Device => device;

    /// <summary>The buffer that holds it.</summary>
    public VkBuffer Buffer => allocation.Block.Buffer;

    /// <summary>Bytes from the buffer's beginning.</summary>
    public long Offset => allocation.Offset;

    /// <summary>Bytes that are the memory's own: its size, rounded up. An empty tensor has room for an element.</summary>
    public long Capacity => allocation.Bytes;

    /// <summary>Whether the memory, or its device, is gone.</summary>
    public bool IsReleased => released || device.IsClosed;

    protected override void Upload(long offset, ReadOnlySpan<byte> source)
    {
        ObjectDisposedException.ThrowIf(IsReleased, this);
        if (device.Staging is { } staging)
            staging.Upload(allocation, offset, source);
        else
            source.CopyTo(new Span<byte>(allocation.Block.Mapped + allocation.Offset + offset, source.Length));
    }

    protected override void Download(long offset, Span<byte> destination)
    {
        ObjectDisposedException.ThrowIf(IsReleased, this);
        if (device.Staging is { } staging)
            staging.Download(allocation, offset, destination);
        else
            new ReadOnlySpan<byte>(allocation.Block.Mapped + allocation.Offset + offset, destination.Length).CopyTo(destination);
    }

    protected override void Release()
    {
        released = true;
        device.Allocator.Free(allocation);
    }
}
