using System.Runtime.CompilerServices;
using ComputeCore.Kernels.Cpu.Simd;
using ComputeCore.Kernels.Cpu.Threading;

namespace ComputeCore.Kernels.Cpu.Softmax;

/// <summary>A kernel along one axis of [outer, axis, inner], in the two forms that vectorize.</summary>
internal interface IAxisKernel
{
    /// <summary>inner = 1: the axis is a contiguous row, vectors run along it; <paramref name="count"/> rows one behind the other.</summary>
    void Rows(long offset, int axis, int count);

    /// <summary>inner &gt; 1: vectors hold up to 16 neighbours in inner, and the loop runs along the axis in steps of <paramref name="inner"/>.</summary>
    void Strip(long offset, int axis, int inner, int count);
}

/// <summary>Runs an <see cref="IAxisKernel"/> over all rows or strips in parallel. Each is independent of the others.</summary>
internal static class AxisLoop
{
    public static void Run<TKernel>(WorkerPool pool, TKernel kernel, int outer, int axis, int inner)
        where TKernel : unmanaged, IAxisKernel
    {
        if (inner == 1)
        {
            var chunks = new Chunks(outer, axis);
            pool.For(chunks.Count, new Rows<TKernel> { Kernel = kernel, Chunks = chunks, Axis = axis });
        }
        else
        {
            var strips = Rounding.DivideUp(inner, Lanes.Count);
            var chunks = new Chunks((long)outer * strips, (long)axis * Lanes.Count);
            pool.For(chunks.Count, new Strips<TKernel> { Kernel = kernel, Chunks = chunks, Axis = axis, Inner = inner, StripsPerOuter = strips });
        }
    }

    private struct Rows<TKernel> : IParallelBody
        where TKernel : unmanaged, IAxisKernel
    {
        public TKernel Kernel;
        public Chunks Chunks;
        public int Axis;

        [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
        public readonly void Run(int index, int worker)
        {
            var first = Chunks.Start(index);
            Kernel.Rows(first * Axis, Axis, (int)(Chunks.End(index) - first));
        }
    }

    private struct Strips<TKernel> : IParallelBody
        where TKernel : unmanaged, IAxisKernel
    {
        public TKernel Kernel;
        public Chunks Chunks;
        public int Axis;
        public int Inner;
        public int StripsPerOuter;

        [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
        public readonly void Run(int index, int worker)
        {
            for (var strip = Chunks.Start(index); strip < Chunks.End(index); strip++)
            {
                var (outer, position) = Math.DivRem(strip, StripsPerOuter);
                var column = (int)position * Lanes.Count;
                Kernel.Strip(outer * Axis * Inner + column, Axis, Inner, Math.Min(Lanes.Count, Inner - column));
            }
        }
    }
}
