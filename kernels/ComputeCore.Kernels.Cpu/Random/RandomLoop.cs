using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ComputeCore.Kernels.Cpu.Simd;
using ComputeCore.Kernels.Cpu.Threading;

namespace ComputeCore.Kernels.Cpu.RandomNumbers;

/// <summary>A distribution: random words to values.</summary>
internal interface IDistribution
{
    /// <summary>How many values a word makes, 1 or 2.</summary>
    static abstract int ValuesOfWord { get; }

    /// <summary>
    /// Of sixteen consecutive words, the first at an even position, and the 16 <see cref="ValuesOfWord"/> values that they make: the sixteen values of
    /// part <paramref name="part"/>.
    /// </summary>
    Vector512<float> Map(Vector512<uint> words, int part);
}

/// <summary>Fills an array with the values of a distribution: those of a stream's words in their order.</summary>
internal static unsafe class RandomLoop
{
    public static void Run<TDistribution>(WorkerPool pool, TDistribution distribution, PhiloxStream stream, float* output, long count)
        where TDistribution : unmanaged, IDistribution
    {
        var size = Philox.WordsAtOnce * TDistribution.ValuesOfWord;
        var chunks = new Chunks((count + size - 1) / size, size);
        pool.For(chunks.Count, new Body<TDistribution> { Distribution = distribution, Stream = stream, Output = output, Count = count, Chunks = chunks });
    }

    /// <summary>The values of the words <paramref name="group"/> · <see cref="Philox.WordsAtOnce"/> and on, as many as one call makes.</summary>
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

        [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
        public readonly void Run(int index, int worker)
        {
            var size = Philox.WordsAtOnce * TDistribution.ValuesOfWord;
            var group = Chunks.Start(index);
            for (; group < Chunks.End(index) && Count - group * size >= size; group++)
                Philox.Words(Stream, group, new Whole<TDistribution>(Distribution, Output + group * size));
            if (group < Chunks.End(index))
                Rest(group);
        }

        [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
        private readonly void Rest(long group)
        {
            var start = group * Philox.WordsAtOnce * TDistribution.ValuesOfWord;
            Philox.Words(Stream, group, new Part<TDistribution>(Distribution, Output + start, (int)(Count - start)));
        }
    }

    private readonly struct Whole<TDistribution>(TDistribution distribution, float* output) : IPhiloxSink
        where TDistribution : unmanaged, IDistribution
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Take(Vector512<uint> words, int first)
        {
            var target = output + first * TDistribution.ValuesOfWord;
            distribution.Map(words, 0).Store(target);
            if (TDistribution.ValuesOfWord == 2)
                distribution.Map(words, 1).Store(target + Lanes.Count);
        }
    }

    private readonly struct Part<TDistribution>(TDistribution distribution, float* output, int count) : IPhiloxSink
        where TDistribution : unmanaged, IDistribution
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Take(Vector512<uint> words, int first)
        {
            first *= TDistribution.ValuesOfWord;
            Lanes.Store(output + first, count - first, distribution.Map(words, 0));
            if (TDistribution.ValuesOfWord == 2)
                Lanes.Store(output + first + Lanes.Count, count - first - Lanes.Count, distribution.Map(words, 1));
        }
    }
}
