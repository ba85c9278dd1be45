using Silk.NET.Vulkan;

namespace ComputeCore.Vulkan;

/// <summary>A command buffer, with the pool it comes from and the fence to wait on: recorded once, run any number of times.</summary>
internal sealed unsafe class CommandList : IDisposable
{
    private const PipelineStageFlags DeviceStages = PipelineStageFlags.ComputeShaderBit | PipelineStageFlags.TransferBit;
    private const AccessFlags DeviceWrites = AccessFlags.ShaderWriteBit | AccessFlags.TransferWriteBit;
    private const AccessFlags DeviceReads = AccessFlags.ShaderReadBit | AccessFlags.TransferReadBit;

    private readonly LogicalDevice device;
    private readonly CommandPool pool;
    private readonly CommandBuffer commands;
    private readonly Fence fence;

    /// <summary>Begins empty.</summary>
    public CommandList(LogicalDevice device)
    {
        this.device = device;
        var api = device.Api;
        try
        {
            var poolInfo = new CommandPoolCreateInfo(queueFamilyIndex: (uint)device.Adapter.QueueFamily);
            CommandPool createdPool;
            device.Check(api.CreateCommandPool(device.Handle, &poolInfo, null, &createdPool), "Creating a command pool");
            pool = createdPool;

            var bufferInfo = new CommandBufferAllocateInfo(commandPool: pool, level: CommandBufferLevel.Primary, commandBufferCount: 1);
            CommandBuffer createdBuffer;
            device.Check(api.AllocateCommandBuffers(device.Handle, &bufferInfo, &createdBuffer), "Creating a command buffer");
            commands = createdBuffer;

            var fenceInfo = new FenceCreateInfo(flags: FenceCreateFlags.None);
            Fence createdFence;
            device.Check(api.CreateFence(device.Handle, &fenceInfo, null, &createdFence), "Creating a fence");
            fence = createdFence;
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Begins recording, anew if something was recorded before.</summary>
    /// <returns>The buffer to record into, until <see cref="End"/>.</returns>
    public CommandBuffer Begin()
    {
        device.Check(device.Api.ResetCommandPool(device.Handle, pool, 0), "Recording commands");
        var begin = new CommandBufferBeginInfo(flags: CommandBufferUsageFlags.None);
        device.Check(device.Api.BeginCommandBuffer(commands, &begin), "Recording commands");
        // What ran before wrote what this reads, and read what this overwrites.
        Barrier(DeviceStages, DeviceWrites, DeviceStages, DeviceReads | DeviceWrites);
        return commands;
    }

    /// <summary>Ends recording.</summary>
    public void End()
    {
        // The host reads what this wrote.
        Barrier(DeviceStages, DeviceWrites, PipelineStageFlags.HostBit, AccessFlags.HostReadBit);
        device.Check(device.Api.EndCommandBuffer(commands), "Recording commands");
    }

    /// <summary>Runs the commands and waits until their results can be read.</summary>
    public void Run() => device.Run(commands, fence);

    public void Dispose()
    {
        if (device.IsLost)
            device.Settle();
        device.Api.DestroyFence(device.Handle, fence, null);
        device.Api.DestroyCommandPool(device.Handle, pool, null);
    }

    private void Barrier(PipelineStageFlags before, AccessFlags written, PipelineStageFlags after, AccessFlags used)
    {
        var barrier = new MemoryBarrier(srcAccessMask: written, dstAccessMask: used);
        device.Api.CmdPipelineBarrier(commands, before, after, DependencyFlags.None, 1, &barrier, 0, null, 0, null);
    }
}
