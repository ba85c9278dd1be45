using ComputeCore.Kernels.Cpu.Threading;

namespace ComputeCore.Devices.Cpu;

/// <summary>Kernels in order with the addresses they work on; each spreads over the worker threads by itself.</summary>
internal sealed class CpuProgram(WorkerPool pool, IReadOnlyList<KernelLaunch> launches) : DeviceProgram
{
    private readonly Step[] steps = [.. launches.Select(launch => new Step(pool, launch))];

    public override void Run(Action<KernelLaunch>? inspect = null)
    {
        for (var i = 0; i < steps.Length; i++)
        {
            steps[i].Run();
            inspect?.Invoke(launches[i]);
        }
    }

    private sealed class Step(WorkerPool pool, KernelLaunch launch)
    {
        private readonly CpuKernel kernel = (CpuKernel)launch.Kernel;
        private readonly Variable? parameter = launch.Parameter;
        private readonly CpuArguments arguments =
            new(pool, Addresses(launch.Inputs), Addresses(launch.Outputs), Address(launch.Workspace), Address(launch.Prepared));

        private readonly Variable[]? sources = launch.Sources;
        private readonly long[] sourceVersions = new long[launch.Sources?.Length ?? 0];

        private long preparedVersion = -1;
        private bool hasRun;

        public void Run()
        {
            if (sources is not null && IsCurrent())
                return;
            if (kernel.Prepare is { } prepare && (parameter is null || parameter.Version != preparedVersion))
            {
                prepare(arguments);
                preparedVersion = parameter?.Version ?? -1;
            }

            kernel.Body(arguments);
            if (sources is not null)
                NoteVersions();
        }

        private bool IsCurrent()
        {
            for (var i = 0; i < sources!.Length; i++)
                if (sourceVersions[i] != sources[i].Version)
                    return false;
            return hasRun;
        }

        private void NoteVersions()
        {
            hasRun = true;
            for (var i = 0; i < sources!.Length; i++)
                sourceVersions[i] = sources[i].Version;
        }

        private static nint[] Addresses(MemorySlice[] slices) => [.. slices.Select(Address)];

        private static nint Address(MemorySlice slice) => ((CpuMemory)slice.Memory).At(slice.Offset);
    }
}
