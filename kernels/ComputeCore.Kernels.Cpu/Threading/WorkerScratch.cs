namespace ComputeCore.Kernels.Cpu.Threading;

/// <summary>Scratch memory of each worker's own; see <see cref="WorkerPool.Scratch"/>.</summary>
internal readonly unsafe struct WorkerScratch(byte** memory)
{
    /// <summary>A worker's, aligned to a pair of cache lines.</summary>
    public byte* Of(int worker) => memory[worker];
}
