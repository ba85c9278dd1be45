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

    /// <summary>The values of elements <paramref name="group"/> · <see cref="Philox.WordsAtOnce"/> and on, as many as one call makes.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void Group<TDistribution>(TDistribution distribution, PhiloxStream stream, long group, float* output)
        where TDistribution : unmanaged, IDistribution => Philox.Words(stream, group, new Whole<TDistribution>(distribution, output));

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
            var group = Chunks.Start(index);
            for (; group < Chunks.End(index) && Count - group * Philox.WordsAtOnce >= Philox.WordsAtOnce; group++)
                Philox.Words(Stream, group, new Whole<TDistribution>(Distribution, Output + group * Philox.WordsAtOnce));
            if (group < Chunks.End(index))
                Rest(group);
        }

        [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
        private readonly void Rest(long group)
        {
            var start = group * Philox.WordsAtOnce;
            Philox.Words(Stream, group, new Part<TDistribution>(Distribution, Output + start, (int)(Count - start)));
        }
    }

    private readonly struct Whole<TDistribution>(TDistribution distribution, float* output) : IPhiloxSink
        where TDistribution : unmanaged, IDistribution
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Take(Vector512<uint> words, int first) => distribution.Map(words).Store(output + first);
    }

    private readonly struct Part<TDistribution>(TDistribution distribution, float* output, int count) : IPhiloxSink
        where TDistribution : unmanaged, IDistribution
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Take(Vector512<uint> words, int first) => Lanes.Store(output + first, count - first, distribution.Map(words));
    }
}
