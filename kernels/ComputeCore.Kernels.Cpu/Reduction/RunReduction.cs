using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ComputeCore.Kernels.Cpu.Simd;
using ComputeCore.Kernels.Cpu.Threading;

namespace ComputeCore.Kernels.Cpu.Reduction;

/// <summary>
/// Reduces runs: four vectors of doubles, 32 lanes, accumulate all rows of a segment, and are combined when it ends.
/// </summary>
internal unsafe struct RunReduction<TReduction, TResult> : IParallelBody
    where TReduction : struct, IReduction
    where TResult : unmanaged, System.Numerics.INumberBase<TResult>
{
    public ReductionShape Shape;
    public ReductionSegments Segments;
    public float* Source;
    public double* Centers;
    public ReductionResults<TReduction, TResult> Results;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public readonly void Run(int index, int worker)
    {
        var (group, end, segment, _) = Segments.Item(index);
        for (; group < end; group++)
        {
            var value = Segment(group, segment * Segments.SegmentLength, Math.Min(Segments.Length, (segment + 1) * Segments.SegmentLength));
            Results.Put(group, segment, 0, &value, 1);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private readonly double Segment(long group, long start, long end)
    {
        var source = Source + Shape.GroupOffset(group);
        var center = TReduction.IsCentered ? Vector512.Create(Centers[group]) : default;
        var acc0 = Vector512.Create(TReduction.Identity);
        var acc1 = acc0;
        var acc2 = acc0;
        var acc3 = acc0;
        while (start < end)
        {
            var (row, column) = Math.DivRem(start, Shape.RunLength);
            var count = (int)Math.Min(end - start, Shape.RunLength - column);
            var run = source + Shape.RowOffset(row) + column;
            var i = 0;
            for (; i <= count - 32; i += 32)
            {
                var (x0, x1) = Vector512.Widen(Vector512.Load(run + i));
                var (x2, x3) = Vector512.Widen(Vector512.Load(run + i + 16));
                acc0 = TReduction.Combine(acc0, Map(x0, center));
                acc1 = TReduction.Combine(acc1, Map(x1, center));
                acc2 = TReduction.Combine(acc2, Map(x2, center));
                acc3 = TReduction.Combine(acc3, Map(x3, center));
            }

            for (; i < count; i += 16)
            {
                var (x0, x1) = Vector512.Widen(Lanes.Load(run + i, count - i));
                acc0 = TReduction.Combine(acc0, KeepElements(Map(x0, center), count - i));
                acc1 = TReduction.Combine(acc1, KeepElements(Map(x1, center), count - i - 8));
            }

            start += count;
        }

        return CombineLanes(TReduction.Combine(TReduction.Combine(acc0, acc1), TReduction.Combine(acc2, acc3)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<double> Map(Vector512<double> x, Vector512<double> center) => TReduction.Map(TReduction.IsCentered ? x - center : x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<double> KeepElements(Vector512<double> mapped, int count)
    {
        var isElement = Vector512.LessThan(Vector512<double>.Indices, Vector512.Create((double)count));
        return Vector512.ConditionalSelect(isElement, mapped, Vector512.Create(TReduction.Identity));
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static double CombineLanes(Vector512<double> lanes)
    {
        var value = lanes[0];
        for (var lane = 1; lane < Vector512<double>.Count; lane++)
            value = TReduction.Combine(Vector512.CreateScalar(value), Vector512.CreateScalar(lanes[lane])).ToScalar();
        return value;
    }
}
