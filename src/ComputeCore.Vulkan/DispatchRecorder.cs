using Silk.NET.Vulkan;

namespace ComputeCore.Vulkan;

/// <summary>Writes dispatches into a command buffer, with the barriers that they need.</summary>
internal sealed unsafe class DispatchRecorder(Vk api, CommandBuffer commands)
{
    private AccessTracker tracker = new();

    /// <summary>Records dispatches in order, and nothing else.</summary>
    public static void Record(Vk api, CommandList list, IEnumerable<PreparedDispatch> dispatches)
    {
        var recorder = new DispatchRecorder(api, list.Begin());
        foreach (var dispatch in dispatches)
            recorder.Add(dispatch);
        list.End();
    }

    /// <summary>Records a dispatch, after a barrier if it conflicts with those since the last.</summary>
    public void Add(PreparedDispatch dispatch)
    {
        if (tracker.Add(dispatch.Accesses))
            Barrier();
        var set = dispatch.Arguments;
        api.CmdBindPipeline(commands, PipelineBindPoint.Compute, dispatch.Pipeline);
        api.CmdBindDescriptorSets(commands, PipelineBindPoint.Compute, dispatch.Layout, 0, 1, &set, 0, null);
        fixed (byte* constants = dispatch.Constants)
            if (dispatch.Constants.Length > 0)
                api.CmdPushConstants(commands, dispatch.Layout, ShaderStageFlags.ComputeBit, 0, (uint)dispatch.Constants.Length, constants);
        api.CmdDispatch(commands, (uint)dispatch.Grid.X, (uint)dispatch.Grid.Y, (uint)dispatch.Grid.Z);
    }

    /// <summary>Lets everything before end, and its writes be seen, before anything after begins.</summary>
    public void Separate()
    {
        tracker = new();
        Barrier();
    }

    private void Barrier()
    {
        var barrier = new MemoryBarrier(srcAccessMask: AccessFlags.ShaderWriteBit, dstAccessMask: AccessFlags.ShaderReadBit | AccessFlags.ShaderWriteBit);
        api.CmdPipelineBarrier(
            commands, PipelineStageFlags.ComputeShaderBit, PipelineStageFlags.ComputeShaderBit, DependencyFlags.None, 1, &barrier, 0, null, 0, null);
    }
}
