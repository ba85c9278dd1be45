using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ComputeCore.Kernels.Cpu.Mathematics;

namespace ComputeCore.Kernels.Cpu.Simd;

/// <summary>
/// Reductions of one contiguous row, small enough to stay in cache between passes. Four accumulators hide the latency of
/// the add (4 cycles, two a cycle) and shorten each lane's sum to n / 64 terms, which is what keeps the rounding error of
/// a row of 100,000 near 1e-6.
/// </summary>
internal static unsafe class RowReductions
{
    private const int Block = 4 * Lanes.Count;

    // A quarter of a small first-level cache; what comes two blocks later is fetched meanwhile.
    private const int OnlineBlock = 1024;

    /// <summary>The row's maximum. A NaN may be lost: whoever goes on to add up exp(x - max) meets it there.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static float MaxNative(float* row, int columns)
    {
        var m0 = Vector512.Create(float.NegativeInfinity);
        var m1 = m0;
        var m2 = m0;
        var m3 = m0;
        var i = 0;
        for (; i <= columns - Block; i += Block)
        {
            m0 = Vector512.MaxNative(m0, Vector512.Load(row + i));
            m1 = Vector512.MaxNative(m1, Vector512.Load(row + i + Lanes.Count));
            m2 = Vector512.MaxNative(m2, Vector512.Load(row + i + 2 * Lanes.Count));
            m3 = Vector512.MaxNative(m3, Vector512.Load(row + i + 3 * Lanes.Count));
        }

        for (; i <= columns - Lanes.Count; i += Lanes.Count)
            m0 = Vector512.MaxNative(m0, Vector512.Load(row + i));
        if (i < columns)
            m1 = Vector512.MaxNative(m1, Lanes.Load(row + i, columns - i, float.NegativeInfinity));
        return Lanes.MaxNative(Vector512.MaxNative(Vector512.MaxNative(m0, m1), Vector512.MaxNative(m2, m3)));
    }

    /// <summary>Σ x.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static float Sum(float* row, int columns)
    {
        var s0 = Vector512<float>.Zero;
        var s1 = s0;
        var s2 = s0;
        var s3 = s0;
        var i = 0;
        for (; i <= columns - Block; i += Block)
        {
            s0 += Vector512.Load(row + i);
            s1 += Vector512.Load(row + i + Lanes.Count);
            s2 += Vector512.Load(row + i + 2 * Lanes.Count);
            s3 += Vector512.Load(row + i + 3 * Lanes.Count);
        }

        for (; i <= columns - Lanes.Count; i += Lanes.Count)
            s0 += Vector512.Load(row + i);
        if (i < columns)
            s1 += Lanes.Load(row + i, columns - i);
        return Lanes.Sum((s0 + s1) + (s2 + s3));
    }

    /// <summary>Σ a b.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static float Dot(float* a, float* b, int columns)
    {
        var s0 = Vector512<float>.Zero;
        var s1 = s0;
        var s2 = s0;
        var s3 = s0;
        var i = 0;
        for (; i <= columns - Block; i += Block)
        {
            s0 = Vector512.FusedMultiplyAdd(Vector512.Load(a + i), Vector512.Load(b + i), s0);
            s1 = Vector512.FusedMultiplyAdd(Vector512.Load(a + i + Lanes.Count), Vector512.Load(b + i + Lanes.Count), s1);
            s2 = Vector512.FusedMultiplyAdd(Vector512.Load(a + i + 2 * Lanes.Count), Vector512.Load(b + i + 2 * Lanes.Count), s2);
            s3 = Vector512.FusedMultiplyAdd(Vector512.Load(a + i + 3 * Lanes.Count), Vector512.Load(b + i + 3 * Lanes.Count), s3);
        }

        for (; i <= columns - Lanes.Count; i += Lanes.Count)
            s0 = Vector512.FusedMultiplyAdd(Vector512.Load(a + i), Vector512.Load(b + i), s0);
        if (i < columns)
            s1 = Vector512.FusedMultiplyAdd(Lanes.Load(a + i, columns - i), Lanes.Load(b + i, columns - i), s1);
        return Lanes.Sum((s0 + s1) + (s2 + s3));
    }

    /// <summary>Σ (x - mean)².</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static float SumOfSquaredDeviations(float* row, float mean, int columns)
    {
        var center = Vector512.Create(mean);
        var s0 = Vector512<float>.Zero;
        var s1 = s0;
        var s2 = s0;
        var s3 = s0;
        var i = 0;
        for (; i <= columns - Block; i += Block)
        {
            var d0 = Vector512.Load(row + i) - center;
            var d1 = Vector512.Load(row + i + Lanes.Count) - center;
            var d2 = Vector512.Load(row + i + 2 * Lanes.Count) - center;
            var d3 = Vector512.Load(row + i + 3 * Lanes.Count) - center;
            s0 = Vector512.FusedMultiplyAdd(d0, d0, s0);
            s1 = Vector512.FusedMultiplyAdd(d1, d1, s1);
            s2 = Vector512.FusedMultiplyAdd(d2, d2, s2);
            s3 = Vector512.FusedMultiplyAdd(d3, d3, s3);
        }

        for (; i <= columns - Lanes.Count; i += Lanes.Count)
        {
            var d = Vector512.Load(row + i) - center;
            s0 = Vector512.FusedMultiplyAdd(d, d, s0);
        }

        if (i < columns)
        {
            var d = Lanes.Load(row + i, columns - i, mean) - center;
            s1 = Vector512.FusedMultiplyAdd(d, d, s1);
        }

        return Lanes.Sum((s0 + s1) + (s2 + s3));
    }

    /// <summary>
    /// The row's maximum and Σ exp(x - max), read from memory once (Milakov, Gimelshein, "Online normalizer calculation for softmax",
    /// 2018): block by block against the largest element so far, and memory brings the next block while this one is computed.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static (float Max, float Sum) MaxAndSumExp(float* row, int columns)
    {
        var (max, sum) = (float.NegativeInfinity, 0f);
        for (var i = 0; i < columns; i += OnlineBlock)
        {
            var count = Math.Min(OnlineBlock, columns - i);
            var grown = MaxNative(row + i, count);
            if (grown > max)
            {
                sum *= VectorMath.ExpOrZero(Vector512.Create(max - grown))[0];
                max = grown;
            }

            // As long as there is nothing but −∞, nothing is added, or NaN.
            sum += SumExp(row + i, float.IsNegativeInfinity(max) ? 0 : max, count);
        }

        return (max, sum);
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static float SumExp(float* row, float max, int columns)
    {
        var shift = Vector512.Create(max);
        var s0 = Vector512<float>.Zero;
        var s1 = s0;
        var s2 = s0;
        var s3 = s0;
        var i = 0;
        for (; i <= columns - Block; i += Block)
        {
            Lanes.PrefetchFar(row + i + 3 * OnlineBlock, Block / Lanes.Count);
            s0 = VectorMath.AddExp(Vector512.Load(row + i) - shift, s0);
            s1 = VectorMath.AddExp(Vector512.Load(row + i + Lanes.Count) - shift, s1);
            s2 = VectorMath.AddExp(Vector512.Load(row + i + 2 * Lanes.Count) - shift, s2);
            s3 = VectorMath.AddExp(Vector512.Load(row + i + 3 * Lanes.Count) - shift, s3);
        }

        for (; i < columns; i += Lanes.Count)
            s0 = VectorMath.AddExp(Lanes.Load(row + i, columns - i, float.NegativeInfinity) - shift, s0);
        return Lanes.Sum((s0 + s1) + (s2 + s3));
    }

    /// <summary>
    /// Σ exp(x - max), and the terms themselves to <paramref name="terms"/>; meanwhile memory brings the part of the row that lies
    /// <paramref name="ahead"/> elements further on.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static float StoreExpAndSum(float* row, float max, float* terms, int columns, int ahead)
    {
        var shift = Vector512.Create(max);
        var s0 = Vector512<float>.Zero;
        var s1 = s0;
        var i = 0;
        for (; i <= columns - 2 * Lanes.Count; i += 2 * Lanes.Count)
        {
            Lanes.PrefetchFar(row + i + ahead, 2);
            var e0 = VectorMath.ExpOrZero(Vector512.Load(row + i) - shift);
            var e1 = VectorMath.ExpOrZero(Vector512.Load(row + i + Lanes.Count) - shift);
            e0.Store(terms + i);
            e1.Store(terms + i + Lanes.Count);
            s0 += e0;
            s1 += e1;
        }

        for (; i < columns; i += Lanes.Count)
        {
            var e = VectorMath.ExpOrZero(Lanes.Load(row + i, columns - i, float.NegativeInfinity) - shift);
            Lanes.Store(terms + i, columns - i, e);
            s0 += e;
        }

        return Lanes.Sum(s0 + s1);
    }
}
