using Silk.NET.Vulkan;

namespace ComputeCore.Vulkan;

/// <summary>Writes dispatches into command lists, with the barriers that they need.</summary>
internal static unsafe class DispatchRecorder
{
    /// <summary>Records dispatches in order.</summary>
    public static void Record(Vk api, CommandList list, IEnumerable<PreparedDispatch> dispatches)
    {
        var tracker = new AccessTracker();
        var commands = list.Begin();
        foreach (var dispatch in dispatches)
        {
            if (tracker.Add(dispatch.Accesses))
                Barrier(api, commands);
            Dispatch(api, commands, dispatch);
        }

        list.End();
    }

    private static void Barrier(Vk api, CommandBuffer commands)
    {
        var barrier = new MemoryBarrier(srcAccessMask: AccessFlags.ShaderWriteBit, dstAccessMask: AccessFlags.ShaderReadBit | AccessFlags.ShaderWriteBit);
        api.CmdPipelineBarrier(
            commands, PipelineStageFlags.ComputeShaderBit, PipelineStageFlags.ComputeShaderBit, DependencyFlags.None, 1, &barrier, 0, null, 0, null);
    }

    private static void Dispatch(Vk api, CommandBuffer commands, PreparedDispatch dispatch)
    {
        var set = dispatch.Arguments;
        api.CmdBindPipeline(commands, PipelineBindPoint.Compute, dispatch.Pipeline);
        api.CmdBindDescriptorSets(commands, PipelineBindPoint.Compute, dispatch.Layout, 0, 1, &set, 0, null);
        fixed (byte* constants = dispatch.Constants)
            if (dispatch.Constants.Length > 0)
                api.CmdPushConstants(commands, dispatch.Layout, ShaderStageFlags.ComputeBit, 0, (uint)dispatch.Constants.Length, constants);
        api.CmdDispatch(commands, (uint)dispatch.Grid.X, (uint)dispatch.Grid.Y, (uint)dispatch.Grid.Z);
    }
}
