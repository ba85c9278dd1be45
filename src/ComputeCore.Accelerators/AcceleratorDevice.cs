using ComputeCore.Accelerators.Lowerings;
using ComputeCore.Accelerators.Tuning;
using ComputeCore.Devices;
using ComputeCore.Graphs;
using ComputeCore.Graphs.Passes;
using ComputeCore.Kernels;

namespace ComputeCore.Accelerators;

/// <summary>
/// A device that runs kernels written in C#: CUDA, OpenCL, Vulkan. What is common to them stands here and in the lowerings: which
/// kernels an operation becomes, with which sizes. A backend adds memory, and running a list of dispatches.
/// </summary>
public abstract class AcceleratorDevice : Device
{
    private Autotuner? tuner;

    /// <summary>What a kernel may use.</summary>
    public abstract AcceleratorLimits Limits { get; }

    /// <summary>Chooses among variants of kernels.</summary>
    internal Autotuner Tuner => tuner ??= new Autotuner(this, new TuningCache(TuningCache.DefaultFolder(), Description));

    internal sealed override IReadOnlyList<GraphPass> Passes { get; } =
    [
        new EliminateCommonSubexpressions(),
        new FoldConstants(),
        new Simplify(),
        new JoinSlices(),
        new EliminateCommonSubexpressions(),
        new DropIndices(),
        new FuseEpilogues(),
        new FuseElementwise(),
    ];

    /// <summary>Allocates zeroed memory for a kernel of the user's own.</summary>
    /// <param name="length">Elements; at least 1.</param>
    /// <exception cref="DeviceException">There is not enough memory.</exception>
    public DeviceBuffer<T> AllocateBuffer<T>(int length)
        where T : unmanaged
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 1);
        return new DeviceBuffer<T>(this, length);
    }

    /// <summary>Runs a kernel once and returns when its results can be read.</summary>
    /// <exception cref="DeviceException">The kernel does not fit the device, or the device failed.</exception>
    public void Launch(KernelDispatch dispatch)
    {
        ArgumentNullException.ThrowIfNull(dispatch);
        Limits.Check(Name, dispatch);
        RunOnce(dispatch);
    }

    internal abstract override AcceleratorMemory Allocate(long bytes);

    /// <summary>Runs a dispatch that the limits allow, and waits for it.</summary>
    internal abstract void RunOnce(KernelDispatch dispatch);

    /// <summary>Makes a program of dispatches, in order; it owns the tables.</summary>
    internal abstract AcceleratorProgram Record(IReadOnlyList<RecordedLaunch> launches, IReadOnlyList<AcceleratorMemory> tables);

    internal sealed override DeviceKernel Lower(Node node)
    {
        foreach (var tensor in node.Inputs.Concat(node.Outputs))
            if (tensor.ElementType == ElementType.Float64)
                throw new DeviceException($"The device {Name} does not compute in f64, which {node.Operation.Name} of {tensor.Type} needs; use f32, or the device reference.");
        return LoweringTable.Lower(node, this);
    }

    internal sealed override DeviceProgram Link(IReadOnlyList<KernelLaunch> launches)
    {
        var tables = new List<AcceleratorMemory>();
        try
        {
            RecordedLaunch[] recorded = [.. launches.Select(launch => new RecordedLaunch(launch, Dispatches(launch, tables)))];
            return Record(recorded, tables);
        }
        catch
        {
            foreach (var table in tables)
                table.Dispose();
            throw;
        }
    }

    private KernelDispatch[] Dispatches(KernelLaunch launch, List<AcceleratorMemory> tables)
    {
        KernelDispatch[] dispatches = [.. ((AcceleratorKernel)launch.Kernel).Body(new AcceleratorArguments(this, launch, tables))];
        foreach (var dispatch in dispatches)
            Limits.Check(Name, dispatch);
        return dispatches;
    }
}
