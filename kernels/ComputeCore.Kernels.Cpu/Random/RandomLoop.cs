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

/// <summary>Where random values go.</summary>
/// <param name="output">The first one's place.</param>
/// <param name="factors">What they are multiplied by, one by one, or null; may be the output.</param>
internal readonly unsafe struct RandomTarget(float* output, float* factors)
{
    /// <summary>The part from an element on.</summary>
    public RandomTarget From(long element) => new(output + element, factors == null ? null : factors + element);

    /// <summary>Sixteen values.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(Vector512<float> values, int at) => (factors == null ? values : values * Vector512.Load(factors + at)).Store(output + at);

    /// <summary>Those of sixteen that are among the first <paramref name="count"/> of the target.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(Vector512<float> values, int at, int count) =>
        Lanes.Store(output + at, count - at, factors == null ? values : values * Lanes.Load(factors + at, count - at));
}

/// <summary>Fills an array with the values of a distribution: those of a stream's words in their order.</summary>
internal static unsafe class RandomLoop
{
    public static void Run<TDistribution>(WorkerPool pool, TDistribution distribution, PhiloxStream stream, RandomTarget target, long count)
        where TDistribution : unmanaged, IDistribution
    {
        var size = Philox.WordsAtOnce * TDistribution.ValuesOfWord;
        var chunks = new Chunks((count + size - 1) / size, size);
        pool.For(chunks.Count, new Body<TDistribution> { Distribution = distribution, Stream = stream, Target = target, Count = count, Chunks = chunks });
    }

    /// <summary>The values of the words <paramref name="group"/> · <see cref="Philox.WordsAtOnce"/> and on, as many as one call makes.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void Group<TDistribution>(TDistribution distribution, PhiloxStream stream, long group, float* output)
        where TDistribution : unmanaged, IDistribution => Philox.Words(stream, group, new Whole<TDistribution>(distribution, new(output, null)));

    private struct Body<TDistribution> : IParallelBody
        where TDistribution : unmanaged, IDistribution
    {
        public TDistribution Distribution;
        public PhiloxStream Stream;
        public RandomTarget Target;
        public long Count;
        public Chunks Chunks;

        [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
        public readonly void Run(int index, int worker)
        {
            var size = Philox.WordsAtOnce * TDistribution.ValuesOfWord;
            var group = Chunks.Start(index);
            for (; group < Chunks.End(index) && Count - group * size >= size; group++)
                Philox.Words(Stream, group, new Whole<TDistribution>(Distribution, Target.From(group * size)));
            if (group < Chunks.End(index))
                Rest(group);
        }

        [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
        private readonly void Rest(long group)
        {
            var start = group * Philox.WordsAtOnce * TDistribution.ValuesOfWord;
            Philox.Words(Stream, group, new Part<TDistribution>(Distribution, Target.From(start), (int)(Count - start)));
        }
    }

    private readonly struct Whole<TDistribution>(TDistribution distribution, RandomTarget target) : IPhiloxSink
        where TDistribution : unmanaged, IDistribution
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Take(Vector512<uint> words, int first)
        {
            first *= TDistribution.ValuesOfWord;
            target.Store(distribution.Map(words, 0), first);
            if (TDistribution.ValuesOfWord == 2)
                target.Store(distribution.Map(words, 1), first + Lanes.Count);
        }
    }

    private readonly struct Part<TDistribution>(TDistribution distribution, RandomTarget target, int count) : IPhiloxSink
        where TDistribution : unmanaged, IDistribution
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Take(Vector512<uint> words, int first)
        {
            first *= TDistribution.ValuesOfWord;
            target.Store(distribution.Map(words, 0), first, count);
            if (TDistribution.ValuesOfWord == 2)
                target.Store(distribution.Map(words, 1), first + Lanes.Count, count);
        }
    }
}
