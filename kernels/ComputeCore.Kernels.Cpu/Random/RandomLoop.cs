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
            for (var group = Chunks.Start(index); group < Chunks.End(index); group++)
            {
                var start = group * Philox.WordsAtOnce;
                Philox.Words(Stream, (ulong)start / 4, out var w0, out var w1, out var w2, out var w3);
                var y = Output + start;
                var left = Count - start;
                if (left >= Philox.WordsAtOnce)
                {
                    Distribution.Map(w0).Store(y);
                    Distribution.Map(w1).Store(y + Lanes.Width);
                    Distribution.Map(w2).Store(y + 2 * Lanes.Width);
                    Distribution.Map(w3).Store(y + 3 * Lanes.Width);
                }
                else
                {
                    StorePart(w0, y, (int)left);
                    StorePart(w1, y + Lanes.Width, (int)left - Lanes.Width);
                    StorePart(w2, y + 2 * Lanes.Width, (int)left - 2 * Lanes.Width);
                    StorePart(w3, y + 3 * Lanes.Width, (int)left - 3 * Lanes.Width);
                }
            }
        }

        [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
        private readonly void StorePart(Vector512<uint> words, float* output, int count)
        {
            if (count > 0)
                Lanes.Store(Distribution.Map(words), output, count);
        }
    }
}
