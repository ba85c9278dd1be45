using ComputeCore.Devices;
using ComputeCore.Kernels;

namespace ComputeCore.Accelerators;

/// <summary>What one launch of the graph became.</summary>
internal sealed record RecordedLaunch(KernelLaunch Launch, IReadOnlyList<KernelDispatch> Dispatches);

/// <summary>Dispatches that a backend runs again and again, and the tables of constants that they read.</summary>
internal abstract class AcceleratorProgram(IReadOnlyList<AcceleratorMemory> tables) : DeviceProgram
{
    public override void Dispose()
    {
        foreach (var table in tables)
            table.Dispose();
        base.Dispose();
    }
}
