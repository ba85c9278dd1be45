using Silk.NET.Vulkan;

namespace ComputeCore.Vulkan;

/// <summary>Fills memory that the host can't see, and copies to and from it through a buffer that it can.</summary>
internal sealed unsafe class StagingBuffer : IDisposable
{
    private const int BlockBytes = 8 << 20;

    private readonly LogicalDevice device;
    private readonly MemoryBlock block;
    private readonly CommandList commands;
    private readonly Lock gate = new();

    public StagingBuffer(LogicalDevice device)
    {
        this.device = device;
        block = new(device, BlockBytes, MemoryKinds.Staging);
        try
        {
            commands = new(device);
        }
        catch
        {
            block.Dispose();
            throw;
        }
    }

    /// <summary>Sets memory to zero.</summary>
    public void Clear(Allocation target)
    {
        lock (gate)
        {
            device.Api.CmdFillBuffer(commands.Begin(), target.Block.Buffer, (ulong)target.Offset, (ulong)target.Bytes, 0);
            commands.End();
            commands.Run();
        }
    }

    /// <summary>Copies bytes to the device.</summary>
    public void Upload(Allocation target, long offset, ReadOnlySpan<byte> source)
    {
        lock (gate)
        {
            for (var done = 0; done < source.Length; done += BlockBytes)
            {
                var bytes = Math.Min(BlockBytes, source.Length - done);
                source.Slice(done, bytes).CopyTo(new Span<byte>(block.Mapped, bytes));
                Copy(block.Buffer, 0, target.Block.Buffer, target.Offset + offset + done, bytes);
            }
        }
    }

    /// <summary>Copies bytes from the device.</summary>
    public void Download(Allocation origin, long offset, Span<byte> destination)
    {
        lock (gate)
        {
            for (var done = 0; done < destination.Length; done += BlockBytes)
            {
                var bytes = Math.Min(BlockBytes, destination.Length - done);
                Copy(origin.Block.Buffer, origin.Offset + offset + done, block.Buffer, 0, bytes);
                new ReadOnlySpan<byte>(block.Mapped, bytes).CopyTo(destination[done..]);
            }
        }
    }

    public void Dispose()
    {
        commands.Dispose();
        block.Dispose();
    }

    private void Copy(VkBuffer from, long start, VkBuffer to, long target, long bytes)
    {
        var region = new BufferCopy((ulong)start, (ulong)target, (ulong)bytes);
        device.Api.CmdCopyBuffer(commands.Begin(), from, to, 1, &region);
        commands.End();
        commands.Run();
    }
}
