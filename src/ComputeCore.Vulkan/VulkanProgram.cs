using ComputeCore.Accelerators;
using ComputeCore.Devices;

namespace ComputeCore.Vulkan;

/// <summary>Dispatches recorded into one command buffer, which every run replays.</summary>
internal sealed class VulkanProgram : DeviceProgram
{
    private readonly VulkanDevice device;
    private readonly IReadOnlyList<RecordedLaunch> launches;
    private readonly IReadOnlyList<AcceleratorMemory> tables;
    private readonly DispatchSet set;
    private readonly CommandList commands;
    private bool disposed;

    /// <summary>Compiles, binds and records.</summary>
    public VulkanProgram(VulkanDevice device, IReadOnlyList<RecordedLaunch> launches, IReadOnlyList<AcceleratorMemory> tables)
    {
        (this.device, this.launches, this.tables) = (device, launches, tables);
        set = new DispatchSet(device, [.. launches.SelectMany(launch => launch.Dispatches)]);
        try
        {
            commands = new CommandList(device.Logical);
            DispatchRecorder.Record(device.Logical.Api, commands, set.Dispatches);
        }
        catch
        {
            commands?.Dispose();
            set.Dispose();
            throw;
        }

        device.Adopt(this);
    }

    /// <inheritdoc/>
    public override void Run(Action<KernelLaunch>? inspect = null)
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        if (inspect is null)
            commands.Run();
        else
            RunStepwise(inspect);
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        if (disposed)
            return;
        disposed = true;
        base.Dispose();
        device.Abandon(this);
        commands.Dispose();
        set.Dispose();
        foreach (var table in tables)
            table.Dispose();
    }

    private void RunStepwise(Action<KernelLaunch> inspect)
    {
        using var step = new CommandList(device.Logical);
        var next = 0;
        foreach (var (launch, dispatches) in launches)
        {
            DispatchRecorder.Record(device.Logical.Api, step, set.Dispatches.Skip(next).Take(dispatches.Count));
            step.Run();
            next += dispatches.Count;
            inspect(launch);
        }
    }
}
