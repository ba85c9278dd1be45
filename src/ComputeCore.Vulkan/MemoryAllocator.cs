using ComputeCore.Devices;
using Silk.NET.Vulkan;

namespace ComputeCore.Vulkan;

/// <summary>A part of a block.</summary>
internal readonly record struct Allocation(MemoryBlock Block, long Offset, long Bytes);

/// <summary>
/// Device memory in parts of large blocks, since drivers give out memory slowly and only a few thousand times. What is large
/// itself gets a block of its own. A block that is empty goes back to the driver.
/// </summary>
internal sealed unsafe class MemoryAllocator : IDisposable
{
    private const long BlockBytes = 64 << 20;

    private readonly LogicalDevice device;
    private readonly long limit;
    private readonly long alignment;
    private readonly MemoryPropertyFlags[] wishes;
    private readonly Lock gate = new();
    private readonly Dictionary<MemoryBlock, FreeRanges> blocks = [];
    private long taken;

    /// <summary>Begins without memory.</summary>
    /// <param name="device">The device.</param>
    /// <param name="unified">Whether the host reads and writes the memory directly.</param>
    /// <param name="limit">The most bytes to give out at once.</param>
    public MemoryAllocator(LogicalDevice device, bool unified, long limit)
    {
        (this.device, this.limit) = (device, limit);
        // The host's view of a part must be a multiple of these too.
        var limits = device.Adapter.Limits;
        alignment = (long)Math.Max(256, Math.Max(limits.MinStorageBufferOffsetAlignment, limits.NonCoherentAtomSize));
        wishes = unified ? MemoryKinds.Unified : MemoryKinds.DeviceLocal;
    }

    /// <summary>Blocks taken from the driver.</summary>
    public int BlockCount => blocks.Count;

    /// <summary>Takes memory, not cleared, aligned to at least 256 bytes.</summary>
    /// <exception cref="DeviceException">There is not enough memory.</exception>
    public Allocation Allocate(long bytes)
    {
        var size = (Math.Max(1, bytes) + alignment - 1) / alignment * alignment;
        lock (gate)
        {
            if (size > limit - taken)
                throw new DeviceException(
                    $"Allocating {bytes:N0} bytes on {device.Adapter.Name} failed: {taken:N0} bytes are in use, and the limit is {limit:N0}; use smaller batches.");
            foreach (var (block, ranges) in blocks)
                if (ranges.Take(size) is >= 0 and var offset)
                    return Taken(block, offset);

            var fresh = new MemoryBlock(device, size > BlockBytes / 2 ? size : Math.Min(BlockBytes, device.Adapter.MaxAllocationBytes), wishes);
            blocks.Add(fresh, new FreeRanges(fresh.Bytes));
            return Taken(fresh, blocks[fresh].Take(size));

            Allocation Taken(MemoryBlock block, long offset)
            {
                taken += size;
                return new Allocation(block, offset, size);
            }
        }
    }

    /// <summary>Gives memory back that nothing uses any more. After the allocator's end nothing happens.</summary>
    public void Free(Allocation allocation)
    {
        lock (gate)
        {
            if (!blocks.TryGetValue(allocation.Block, out var ranges))
                return;
            taken -= allocation.Bytes;
            ranges.Give(allocation.Offset, allocation.Bytes);
            if (!ranges.IsWhole)
                return;
            blocks.Remove(allocation.Block);
            allocation.Block.Dispose();
        }
    }

    public void Dispose()
    {
        lock (gate)
        {
            foreach (var block in blocks.Keys)
                block.Dispose();
            blocks.Clear();
        }
    }
}
