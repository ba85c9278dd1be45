using ComputeCore.Accelerators;
using ComputeCore.Devices;
using ILGPU.Runtime;

namespace ComputeCore.Ilgpu;

/// <summary>Bound launches in the order of one stream.</summary>
internal sealed class IlgpuProgram : AcceleratorProgram
{
    private readonly string device;
    private readonly AcceleratorStream stream;
    private readonly (KernelLaunch Launch, Action[] Dispatches)[] steps;

    public IlgpuProgram(
        string device, AcceleratorStream stream, KernelLaunchers launchers, IReadOnlyList<RecordedLaunch> launches, IReadOnlyList<AcceleratorMemory> tables)
        : base(tables)
    {
        this.device = device;
        this.stream = stream;
        steps = [.. launches.Select(recorded => (recorded.Launch, recorded.Dispatches.Select(launchers.Bind).ToArray()))];
    }

    public override void Run(Action<KernelLaunch>? inspect = null)
    {
        try
        {
            foreach (var (launch, dispatches) in steps)
            {
                foreach (var dispatch in dispatches)
                    dispatch();
                if (inspect is null)
                    continue;
                stream.Synchronize();
                inspect(launch);
            }

            stream.Synchronize();
        }
        catch (AcceleratorException e)
        {
            throw new DeviceException($"The device {device} failed: {e.Message}", e);
        }
    }
}
