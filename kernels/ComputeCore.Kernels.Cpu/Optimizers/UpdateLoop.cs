using System.Runtime.CompilerServices;
using ComputeCore.Kernels.Cpu.Simd;
using ComputeCore.Kernels.Cpu.Threading;

namespace ComputeCore.Kernels.Cpu.Optimizers;

/// <summary>An optimizer's update of sixteen elements: loads parameter, gradient and state, stores parameter and state.</summary>
internal interface IUpdate
{
    void Run<TAccess>(long offset, TAccess access)
        where TAccess : struct, IVectorAccess;
}

/// <summary>Runs an <see cref="IUpdate"/> over all elements in parallel: every array passes through the processor once.</summary>
internal static class UpdateLoop
{
    public static void Run<TUpdate>(WorkerPool pool, TUpdate update, long count)
        where TUpdate : unmanaged, IUpdate
    {
        var chunks = new Chunks(count, 1);
        pool.For(chunks.Count, new Body<TUpdate> { Update = update, Chunks = chunks });
    }

    private struct Body<TUpdate> : IParallelBody
        where TUpdate : unmanaged, IUpdate
    {
        public TUpdate Update;
        public Chunks Chunks;

        [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
        public readonly void Run(int index, int worker)
        {
            // The pointers as locals of the method, else each store could have changed them.
            var update = Update;
            var (i, end) = (Chunks.Start(index), Chunks.End(index));
            for (; i <= end - Lanes.Count; i += Lanes.Count)
                update.Run(i, default(WholeVector));
            if (i < end)
                update.Run(i, new PartOfVector((int)(end - i)));
        }
    }
}
