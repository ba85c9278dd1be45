using Silk.NET.Vulkan;

namespace ComputeCore.Vulkan;

/// <summary>Dispatches in groups, each between two of the device's time stamps. Groups do not overlap, as they might otherwise.</summary>
internal sealed unsafe class ProgramTimer : IDisposable
{
    private readonly LogicalDevice device;
    private readonly QueryPool queries;
    private readonly CommandList commands;
    private readonly ulong[] stamps;

    /// <summary>Records the groups. The device must have time stamps.</summary>
    public ProgramTimer(LogicalDevice device, IReadOnlyList<IReadOnlyList<PreparedDispatch>> groups)
    {
        this.device = device;
        stamps = new ulong[groups.Count + 1];
        var info = new QueryPoolCreateInfo(queryType: QueryType.Timestamp, queryCount: (uint)stamps.Length);
        QueryPool created;
        device.Check(device.Api.CreateQueryPool(device.Handle, &info, null, &created), "Preparing time stamps");
        queries = created;
        try
        {
            commands = new CommandList(device);
            Record(groups);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Runs the groups and adds the seconds that each took.</summary>
    public void Run(double[] seconds)
    {
        commands.Run();
        fixed (ulong* first = stamps)
            device.Check(
                device.Api.GetQueryPoolResults(
                    device.Handle, queries, 0, (uint)stamps.Length, (nuint)stamps.Length * sizeof(ulong), first, sizeof(ulong), QueryResultFlags.Result64Bit),
                "Reading time stamps");

        // The counter has this many bits, and begins again at zero after them.
        var mask = ulong.MaxValue >> (64 - device.Adapter.TimestampBits);
        for (var i = 0; i + 1 < stamps.Length; i++)
            seconds[i] += (stamps[i + 1] - stamps[i] & mask) * (double)device.Adapter.Limits.TimestampPeriod * 1e-9;
    }

    public void Dispose()
    {
        commands?.Dispose();
        device.Api.DestroyQueryPool(device.Handle, queries, null);
    }

    private void Record(IReadOnlyList<IReadOnlyList<PreparedDispatch>> groups)
    {
        var buffer = commands.Begin();
        var recorder = new DispatchRecorder(device.Api, buffer);
        device.Api.CmdResetQueryPool(buffer, queries, 0, (uint)stamps.Length);
        device.Api.CmdWriteTimestamp(buffer, PipelineStageFlags.BottomOfPipeBit, queries, 0);
        for (var i = 0; i < groups.Count; i++)
        {
            foreach (var dispatch in groups[i])
                recorder.Add(dispatch);
            recorder.Separate();
            device.Api.CmdWriteTimestamp(buffer, PipelineStageFlags.BottomOfPipeBit, queries, (uint)i + 1);
        }

        commands.End();
    }
}
