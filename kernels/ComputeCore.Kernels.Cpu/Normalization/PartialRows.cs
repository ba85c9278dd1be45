using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ComputeCore.Kernels.Cpu.Simd;
using ComputeCore.Kernels.Cpu.Threading;

namespace ComputeCore.Kernels.Cpu.Normalization;

/// <summary>Adds up the rows that chunks of a problem left behind, in order, so that the threads do not show in the sum.</summary>
internal static unsafe class PartialRows
{
    /// <summary>sums[c] = Σ_i partials[i · stride + c].</summary>
    public static void Add(WorkerPool pool, float* partials, long stride, float* sums, int count, int columns)
    {
        var chunks = new Chunks(Rounding.DivideUp(columns, Lanes.Count), (long)Lanes.Count * count);
        pool.For(chunks.Count, new Body { Partials = partials, Stride = stride, Sums = sums, Count = count, Columns = columns, Chunks = chunks });
    }

    private struct Body : IParallelBody
    {
        public float* Partials;
        public long Stride;
        public float* Sums;
        public int Count;
        public int Columns;
        public Chunks Chunks;

        [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
        public readonly void Run(int index, int worker)
        {
            for (var strip = Chunks.Start(index); strip < Chunks.End(index); strip++)
            {
                var c = (int)strip * Lanes.Count;
                var count = Columns - c;
                var sum = Vector512<float>.Zero;
                for (var i = 0; i < Count; i++)
                    sum += Lanes.Load(Partials + i * Stride + c, count);
                Lanes.Store(Sums + c, count, sum);
            }
        }
    }
}
