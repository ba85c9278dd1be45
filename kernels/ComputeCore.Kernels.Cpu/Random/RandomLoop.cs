using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ComputeCore.Kernels.Cpu.Simd;
using ComputeCore.Kernels.Cpu.Threading;

namespace ComputeCore.Kernels.Cpu.RandomNumbers;

/// <summary>A distribution: sixteen consecutive random words, the first at an even position, to sixteen values.</summary>
internal interface IDistribution
{
    Vector512<float> Map(Vector512<uint> words);
}

/// <summary>Fills an array with the values of a distribution, element i from word i of the stream.</summary>
internal static unsafe class RandomLoop
{
    public static void Run<TDistribution>(WorkerPool pool, TDistribution distribution, PhiloxStream stream, float* output, long count)
        where TDistribution : unmanaged, IDistribution
    {
        var chunks = new Chunks((count + Philox.WordsAtOnce - 1) / Philox.WordsAtOnce, Philox.WordsAtOnce);
        pool.For(chunks.Count, new Body<TDistribution> { Distribution = distribution, Stream = stream, Output = output, Count = count, Chunks = chunks });
    }

    private struct Body<TDistribution> : IParallelBody
        where TDistribution : unmanaged, IDistribution
    {
        public TDistribution Distribution;
        public PhiloxStream Stream;
        public float* Output;
        public long Count;
        public Chunks Chunks;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run(int index, int worker)
        {
            // A copy: each store could have changed the original.
            var distribution = Distribution;
            var group = Chunks.Start(index);
            for (; group < Chunks.End(index) && Count - group * Philox.WordsAtOnce >= Philox.WordsAtOnce; group++)
            {
                Philox.Words(Stream, (ulong)(group * Philox.WordsAtOnce) / 4, out var w0, out var w1, out var w2, out var w3);
                var y = Output + group * Philox.WordsAtOnce;
                distribution.Map(w0).Store(y);
                distribution.Map(w1).Store(y + Lanes.Count);
                distribution.Map(w2).Store(y + 2 * Lanes.Count);
                distribution.Map(w3).Store(y + 3 * Lanes.Count);
            }

            if (group < Chunks.End(index))
                Part(group * Philox.WordsAtOnce);
        }

        [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
        private readonly void Part(long start)
        {
            Philox.Words(Stream, (ulong)start / 4, out var w0, out var w1, out var w2, out var w3);
            StorePart(w0, start);
            StorePart(w1, start + Lanes.Count);
            StorePart(w2, start + 2 * Lanes.Count);
            StorePart(w3, start + 3 * Lanes.Count);
        }

        [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
        private readonly void StorePart(Vector512<uint> words, long start)
        {
            if (start < Count)
                Lanes.Store(Output + start, (int)Math.Min(Lanes.Count, Count - start), Distribution.Map(words));
        }
    }
}
