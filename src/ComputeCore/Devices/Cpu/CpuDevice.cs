using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using ComputeCore.Graphs;
using ComputeCore.Graphs.Passes;
using ComputeCore.Kernels.Cpu.Threading;

namespace ComputeCore.Devices.Cpu;

/// <summary>The CPU: hand-written SIMD kernels on the engine's own worker threads.</summary>
internal sealed class CpuDevice : Device
{
    /// <summary>The threads that run the kernels.</summary>
    public WorkerPool Pool { get; } = new(Workers());

    public override string Name => "cpu";

    public override string Description => Describe();

    internal override IReadOnlyList<GraphPass> Passes { get; } =
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

    /// <summary>The processor's vector width and the worker threads, in words.</summary>
    public static string Describe()
    {
        var width = Vector512.IsHardwareAccelerated ? "512" : Vector256.IsHardwareAccelerated ? "256" : "128";
        return $"{RuntimeInformation.ProcessArchitecture}, {width}-bit vectors, {Workers()} threads";
    }

    internal override DeviceKernel Lower(Node node)
    {
        if (node.Operation is not ICpuOperation operation)
            throw new DeviceException($"The device cpu has no kernel for the operation {node.Operation.Name}.");
        foreach (var tensor in node.Inputs.Concat(node.Outputs))
            if (tensor.ElementType == ElementType.Float64)
                throw new DeviceException($"The device cpu does not compute in f64, which {node.Operation.Name} of {tensor.Type} needs; use f32, or the device reference.");
        // Where there is nothing to compute, there is nothing to plan.
        if (node.Outputs.All(output => output.Type.Shape.ElementCount == 0))
            return new CpuKernel(_ => { });
        return operation.Lower(new CpuLowering(node, Pool));
    }

    internal override DeviceProgram Link(IReadOnlyList<KernelLaunch> launches) => new CpuProgram(Pool, launches);

    internal override DeviceMemory Allocate(long bytes) => new CpuMemory(this, bytes);

    protected override void Dispose(bool disposing)
    {
        Pool.Dispose();
        base.Dispose(disposing);
    }

    /// <summary>The threads to use: COMPUTECORE_THREADS, by default as many as there are cores.</summary>
    /// <exception cref="DeviceException">The setting is no number of threads.</exception>
    public static int Workers()
    {
        var setting = Environment.GetEnvironmentVariable("COMPUTECORE_THREADS");
        if (string.IsNullOrEmpty(setting))
            return Environment.ProcessorCount;
        if (!int.TryParse(setting, out var threads) || threads is < 1 or > 1024)
            throw new DeviceException($"COMPUTECORE_THREADS is '{setting}'; it must be a number of threads from 1 to 1024.");
        return threads;
    }
}
