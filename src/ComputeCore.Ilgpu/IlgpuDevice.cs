using ComputeCore.Accelerators;
using ComputeCore.Kernels;
using ComputeCore.Kernels.Mathematics;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;
using IlgpuHardware = ILGPU.Runtime.Device;

namespace ComputeCore.Ilgpu;

/// <summary>A device that ILGPU drives: it compiles the kernels' IL to PTX or OpenCL C when they are first used.</summary>
internal sealed class IlgpuDevice : AcceleratorDevice
{
    private readonly Context context;
    private readonly Accelerator accelerator;
    private readonly KernelLaunchers launchers;
    private readonly StagingBuffer staging;

    public IlgpuDevice(string name, string description, Context context, IlgpuHardware hardware)
    {
        Name = name;
        Description = description;
        this.context = context;
        IlgpuMath.Register(context);
        accelerator = Failures.Guard(name, () => hardware.CreateAccelerator(context));
        launchers = new KernelLaunchers(name, accelerator);
        staging = new StagingBuffer(accelerator);
        var (group, grid) = (accelerator.MaxGroupSize, accelerator.MaxGridSize);
        Limits = new AcceleratorLimits(
            accelerator.MaxNumThreadsPerGroup,
            new Extent(group.X, group.Y, group.Z),
            new Extent(Math.Max(1, grid.X), Math.Max(1, grid.Y), Math.Max(1, grid.Z)),
            accelerator.MaxSharedMemoryPerGroup);
    }

    public override string Name { get; }

    public override string Description { get; }

    public override AcceleratorLimits Limits { get; }

    /// <summary>
    /// ILGPU's simulation of a GPU on the host's threads, with warps of 32: slow, but every kernel can be tested on it as it would
    /// run on CUDA.
    /// </summary>
    public static IlgpuDevice OpenSimulator()
    {
        // One multiprocessor, whose threads are just enough for the kernels' largest groups.
        var hardware = new CPUDevice(32, 8, 1);
        return new IlgpuDevice("simulator", "ILGPU's CPU accelerator", Context.Create(builder => builder.CPU(hardware)), hardware);
    }

    /// <summary>The kernels that were compiled so far: those that were run, or are about to be.</summary>
    internal IReadOnlyCollection<KernelMethod> CompiledKernels => launchers.Compiled;

    internal override AcceleratorMemory Allocate(long bytes) => new IlgpuMemory(this, accelerator, staging, bytes);

    internal override void RunOnce(KernelDispatch dispatch)
    {
        launchers.Bind(dispatch)();
        Failures.Guard(Name, accelerator.DefaultStream.Synchronize);
    }

    internal override AcceleratorProgram Record(IReadOnlyList<RecordedLaunch> launches, IReadOnlyList<AcceleratorMemory> tables) =>
        new IlgpuProgram(Name, accelerator.DefaultStream, launchers, launches, tables);

    protected override void Dispose(bool disposing)
    {
        launchers.Dispose();
        staging.Dispose();
        accelerator.Dispose();
        context.Dispose();
        base.Dispose(disposing);
    }
}
