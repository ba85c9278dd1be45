using ComputeCore.Accelerators;
using ComputeCore.Devices;

namespace ComputeCore.Vulkan;

/// <summary>Dispatches recorded into one command buffer, which every run replays.</summary>
internal sealed class VulkanProgram : AcceleratorProgram
{
    private readonly VulkanDevice device;
    private readonly DispatchSet set;
    private readonly (KernelLaunch Launch, PreparedDispatch[] Dispatches)[] steps;
    private readonly CommandList commands;
    private bool disposed;

    /// <summary>Compiles, binds and records.</summary>
    public VulkanProgram(VulkanDevice device, IReadOnlyList<RecordedLaunch> launches, IReadOnlyList<AcceleratorMemory> tables)
        : base(tables)
    {
        this.device = device;
        set = new DispatchSet(device, [.. launches.SelectMany(launch => launch.Dispatches)]);
        try
        {
            steps = new (KernelLaunch, PreparedDispatch[])[launches.Count];
            var next = 0;
            for (var i = 0; i < steps.Length; next += launches[i++].Dispatches.Count)
                steps[i] = (launches[i].Launch, [.. set.Dispatches.Skip(next).Take(launches[i].Dispatches.Count)]);

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

    public override void Run(Action<KernelLaunch>? inspect = null)
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        if (inspect is null)
            commands.Run();
        else
            RunStepwise(inspect);
    }

    public override void Time(double[] seconds)
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        if (device.Logical.Adapter.TimestampBits == 0)
        {
            base.Time(seconds);
            return;
        }

        using var timer = new ProgramTimer(device.Logical, [.. steps.Select(step => step.Dispatches)]);
        timer.Run(seconds);
    }

    public override void Dispose()
    {
        if (disposed)
            return;
        disposed = true;
        device.Abandon(this);
        commands.Dispose();
        set.Dispose();
        base.Dispose();
    }

    private void RunStepwise(Action<KernelLaunch> inspect)
    {
        using var list = new CommandList(device.Logical);
        foreach (var (launch, dispatches) in steps)
        {
            DispatchRecorder.Record(device.Logical.Api, list, dispatches);
            list.Run();
            inspect(launch);
        }
    }
}
