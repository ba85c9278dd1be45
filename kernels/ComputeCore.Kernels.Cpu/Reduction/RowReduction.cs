using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ComputeCore.Kernels.Cpu.Simd;
using ComputeCore.Kernels.Cpu.Threading;

namespace ComputeCore.Kernels.Cpu.Reduction;

/// <summary>
/// Reduces rows position by position: a block of columns accumulates in the first-level cache, and takes several rows each time it
/// passes through registers.
/// </summary>
internal unsafe struct RowReduction<TReduction, TResult> : IParallelBody
    where TReduction : struct, IReduction
    where TResult : unmanaged, System.Numerics.INumberBase<TResult>
{
    // As many streams as the processor fetches ahead of.
    private const int RowsAtOnce = 8;

    public ReductionShape Shape;
    public ReductionSegments Segments;
    public float* Source;
    public double* Centers;
    public ReductionResults<TReduction, TResult> Results;

    /// <inheritdoc/>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public readonly void Run(int index, int worker)
    {
        var accumulators = stackalloc double[ReductionSegments.ColumnsPerItem];
        var centers = stackalloc double[ReductionSegments.ColumnsPerItem];
        var rows = stackalloc float*[RowsAtOnce];
        var (group, end, segment, block) = Segments.Item(index);
        var firstColumn = block * ReductionSegments.ColumnsPerItem;
        var columns = (int)Math.Min(ReductionSegments.ColumnsPerItem, Shape.RunLength - firstColumn);
        var firstRow = segment * Segments.SegmentLength;
        var endRow = Math.Min(Shape.Rows, firstRow + Segments.SegmentLength);
        for (; group < end; group++)
        {
            new Span<double>(accumulators, ReductionSegments.ColumnsPerItem).Fill(TReduction.Identity);
            if (TReduction.IsCentered)
                Unsafe.CopyBlockUnaligned(centers, Centers + (group * Shape.RunLength) + firstColumn, (uint)columns * sizeof(double));

            var source = Source + Shape.GroupOffset(group) + firstColumn;
            for (var row = firstRow; row < endRow; row += RowsAtOnce)
            {
                var count = (int)Math.Min(RowsAtOnce, endRow - row);
                for (var i = 0; i < count; i++)
                    rows[i] = source + Shape.RowOffset(row + i);
                Accumulate(rows, count, columns, centers, accumulators);
            }

            Results.Put(group, segment, firstColumn, accumulators, columns);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void Accumulate(float** rows, int count, int columns, double* centers, double* accumulators)
    {
        var i = 0;
        for (; i <= columns - 16; i += 16)
        {
            var lower = Vector512.Load(accumulators + i);
            var upper = Vector512.Load(accumulators + i + 8);
            for (var row = 0; row < count; row++)
                Add(Vector512.Load(rows[row] + i), centers + i, ref lower, ref upper);
            lower.Store(accumulators + i);
            upper.Store(accumulators + i + 8);
        }

        if (i < columns)
            AccumulateEnd(rows, count, i, columns - i, centers, accumulators);
    }

    // Apart, since a call in a loop keeps its accumulators out of registers, and without AVX a part of a vector is loaded by a call.
    // Lanes past the last column accumulate what nobody reads.
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void AccumulateEnd(float** rows, int count, int i, int columns, double* centers, double* accumulators)
    {
        var lower = Vector512.Load(accumulators + i);
        var upper = Vector512.Load(accumulators + i + 8);
        for (var row = 0; row < count; row++)
            Add(Lanes.Load(rows[row] + i, columns), centers + i, ref lower, ref upper);
        lower.Store(accumulators + i);
        upper.Store(accumulators + i + 8);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(Vector512<float> x, double* centers, ref Vector512<double> lower, ref Vector512<double> upper)
    {
        var (x0, x1) = Vector512.Widen(x);
        if (TReduction.IsCentered)
        {
            x0 -= Vector512.Load(centers);
            x1 -= Vector512.Load(centers + 8);
        }

        lower = TReduction.Combine(lower, TReduction.Map(x0));
        upper = TReduction.Combine(upper, TReduction.Map(x1));
    }
}
