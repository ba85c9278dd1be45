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

    // A quarter of a small first-level cache.
    private const int OnlineBlock = 1024;

    // How far the terms of a row may exceed 1 by their exponents. The logarithm of their sum then has an absolute error of 1e-6 at most.
    private const float Slack = 8;

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
    /// Σ exp(x - shift) of a row that is read once, and the shift, one of the row's elements that is at most 8 below its maximum
    /// (after Milakov, Gimelshein, "Online normalizer calculation for softmax", 2018): block by block, and only where a block's maximum,
    /// which is found on the way, is further above the shift is it computed once more. Memory brings what comes two blocks later meanwhile.
    /// To look for each block's maximum first took 1.1 times as long.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static (float Shift, float Sum) ShiftedSumExp(float* row, int columns)
    {
        var shift = MaxNative(row, Math.Min(OnlineBlock, columns));
        var sum = 0f;
        for (var i = 0; i < columns; i += OnlineBlock)
        {
            var count = Math.Min(OnlineBlock, columns - i);
            // As long as there is nothing but −∞, next to nothing is added, not NaN.
            var (part, max) = SumExpAndMax(row + i, float.IsNegativeInfinity(shift) ? 0 : shift, count);
            if (max > shift + Slack)
            {
                sum *= VectorMath.ExpOrZero(Vector512.Create(shift - max))[0];
                shift = max;
                part = SumExpAndMax(row + i, shift, count).Sum;
            }

            sum += part;
        }

        return (shift, sum);
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static (float Sum, float Max) SumExpAndMax(float* row, float shift, int columns)
    {
        var shifts = Vector512.Create(shift);
        var s0 = Vector512<float>.Zero;
        var s1 = s0;
        var s2 = s0;
        var s3 = s0;
        var m0 = Vector512.Create(float.NegativeInfinity);
        var m1 = m0;
        var i = 0;
        for (; i <= columns - Block; i += Block)
        {
            Lanes.PrefetchFar(row + i + 2 * OnlineBlock, Block / Lanes.Count);
            var x0 = Vector512.Load(row + i);
            var x1 = Vector512.Load(row + i + Lanes.Count);
            var x2 = Vector512.Load(row + i + 2 * Lanes.Count);
            var x3 = Vector512.Load(row + i + 3 * Lanes.Count);
            m0 = Vector512.MaxNative(m0, Vector512.MaxNative(x0, x2));
            m1 = Vector512.MaxNative(m1, Vector512.MaxNative(x1, x3));
            s0 = VectorMath.AddExp(x0 - shifts, s0);
            s1 = VectorMath.AddExp(x1 - shifts, s1);
            s2 = VectorMath.AddExp(x2 - shifts, s2);
            s3 = VectorMath.AddExp(x3 - shifts, s3);
        }

        for (; i < columns; i += Lanes.Count)
        {
            var x = Lanes.Load(row + i, columns - i, float.NegativeInfinity);
            m0 = Vector512.MaxNative(m0, x);
            s0 = VectorMath.AddExp(x - shifts, s0);
        }

        return (Lanes.Sum((s0 + s1) + (s2 + s3)), Lanes.MaxNative(Vector512.MaxNative(m0, m1)));
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
