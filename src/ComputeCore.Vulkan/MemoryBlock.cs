using Silk.NET.Vulkan;

namespace ComputeCore.Vulkan;

/// <summary>Memory as the driver gives it, with one buffer over all of it; mapped if the host can reach it.</summary>
internal sealed unsafe class MemoryBlock : IDisposable
{
    private readonly LogicalDevice device;
    private readonly VkDeviceMemory memory;

    /// <summary>Takes memory from the driver.</summary>
    /// <param name="device">The device.</param>
    /// <param name="bytes">The size, a multiple of 4.</param>
    /// <param name="wishes">Kinds of memory, the best first; the first that the device has is taken.</param>
    /// <exception cref="Devices.DeviceException">There is not enough memory.</exception>
    public MemoryBlock(LogicalDevice device, long bytes, ReadOnlySpan<MemoryPropertyFlags> wishes)
    {
        (this.device, Bytes) = (device, bytes);
        var (api, adapter) = (device.Api, device.Adapter);
        var action = $"Allocating {bytes:N0} bytes";
        if (bytes > adapter.MaxAllocationBytes)
            device.Check(Result.ErrorOutOfDeviceMemory, action);
        try
        {
            var bufferInfo = new BufferCreateInfo(
                size: (ulong)bytes,
                usage: BufferUsageFlags.StorageBufferBit | BufferUsageFlags.TransferSrcBit | BufferUsageFlags.TransferDstBit);
            VkBuffer buffer;
            device.Check(api.CreateBuffer(device.Handle, &bufferInfo, null, &buffer), action);
            Buffer = buffer;

            MemoryRequirements needs;
            api.GetBufferMemoryRequirements(device.Handle, buffer, &needs);
            var type = Choose(adapter, needs.MemoryTypeBits, wishes);
            if (needs.Size > adapter.MemoryHeaps[(int)adapter.MemoryTypes[type].HeapIndex].Size)
                device.Check(Result.ErrorOutOfDeviceMemory, action);

            var memoryInfo = new MemoryAllocateInfo(allocationSize: needs.Size, memoryTypeIndex: (uint)type);
            VkDeviceMemory allocated;
            device.Check(api.AllocateMemory(device.Handle, &memoryInfo, null, &allocated), action);
            memory = allocated;
            device.Check(api.BindBufferMemory(device.Handle, buffer, allocated, 0), action);

            if ((adapter.MemoryTypes[type].PropertyFlags & MemoryPropertyFlags.HostVisibleBit) != 0)
            {
                void* mapped;
                device.Check(api.MapMemory(device.Handle, allocated, 0, Vk.WholeSize, 0, &mapped), action);
                Mapped = (byte*)mapped;
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public long Bytes { get; }

    public VkBuffer Buffer { get; }

    /// <summary>Where the host sees the memory; null if it doesn't.</summary>
    public byte* Mapped { get; }

    public void Dispose()
    {
        device.Api.DestroyBuffer(device.Handle, Buffer, null);
        // Unmaps it too.
        device.Api.FreeMemory(device.Handle, memory, null);
    }

    private static int Choose(Adapter adapter, uint allowed, ReadOnlySpan<MemoryPropertyFlags> wishes)
    {
        foreach (var wish in wishes)
            for (var type = 0; type < adapter.MemoryTypes.Count; type++)
                if ((allowed >> type & 1) != 0 && (adapter.MemoryTypes[type].PropertyFlags & wish) == wish)
                    return type;
        throw new Devices.DeviceException($"The driver of {adapter.Name} ({adapter.Description}) offers no memory for buffers; update it.");
    }
}
