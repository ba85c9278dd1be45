using ComputeCore.Kernels.Cpu.Threading;

namespace ComputeCore.Devices.Cpu;

/// <summary>Kernels in order with the addresses they work on; each spreads over the worker threads by itself.</summary>
internal sealed class CpuProgram(WorkerPool pool, IReadOnlyList<KernelLaunch> launches) : DeviceProgram
{
    private readonly (CpuBody Body, CpuArguments Arguments)[] steps = [.. launches.Select(launch => Resolve(pool, launch))];

    public override void Run(Action<KernelLaunch>? inspect = null)
    {
        for (var i = 0; i < steps.Length; i++)
        {
            var (body, arguments) = steps[i];
            body(arguments);
            inspect?.Invoke(launches[i]);
        }
    }

    private static (CpuBody, CpuArguments) Resolve(WorkerPool pool, KernelLaunch launch) =>
        (((CpuKernel)launch.Kernel).Body, new CpuArguments(pool, Addresses(launch.Inputs), Addresses(launch.Outputs), Address(launch.Workspace)));

    private static nint[] Addresses(MemorySlice[] slices) => [.. slices.Select(Address)];

    private static nint Address(MemorySlice slice) => ((CpuMemory)slice.Memory).At(slice.Offset);
}
