namespace ComputeCore.Kernels.Cpu.Threading;

/// <summary>
/// The body of a parallel loop: a struct holding the kernel's pointers and sizes, so that handing it to the
/// <see cref="WorkerPool"/> allocates nothing. A body that is compiled at once and fully (AggressiveOptimization) is NoInlining, too: inlined
/// into the pool's code it would be a part of that one's compilation, which may give up on what it calls (with the runtime's profile a dropout
/// mask took nine times as long).
/// </summary>
internal interface IParallelBody
{
    /// <summary>Runs iteration <paramref name="index"/> of the loop.</summary>
    /// <param name="index">The iteration, 0 ≤ index &lt; count.</param>
    /// <param name="worker">The worker that runs it, 0 ≤ worker &lt; <see cref="WorkerPool.Count"/>; names its scratch memory.</param>
    void Run(int index, int worker);
}
