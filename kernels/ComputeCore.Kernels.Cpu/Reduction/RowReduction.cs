using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ComputeCore.Kernels.Cpu.Threading;

namespace ComputeCore.Kernels.Cpu.Reduction;

/// <summary>Reduces rows position by position: a block of columns accumulates in the first-level cache.</summary>
internal unsafe struct RowReduction<TReduction, TResult> : IParallelBody
    where TReduction : struct, IReduction
    where TResult : unmanaged, System.Numerics.INumberBase<TResult>
{
    public ReductionShape Shape;
    public ReductionSegments Segments;
    public float* Source;
    public double* Centers;
    public ReductionResults<TReduction, TResult> Results;

    /// <inheritdoc/>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Run(int index, int worker)
    {
        var accumulators = stackalloc double[ReductionSegments.ColumnsPerItem];
        var centers = stackalloc double[ReductionSegments.ColumnsPerItem];
        var (group, end, segment, block) = Segments.Item(index);
        var firstColumn = block * ReductionSegments.ColumnsPerItem;
        var columns = (int)Math.Min(ReductionSegments.ColumnsPerItem, Shape.RunLength - firstColumn);
        var firstRow = segment * Segments.SegmentLength;
        var endRow = Math.Min(Shape.Rows, firstRow + Segments.SegmentLength);
        var sourceEnd = Source + Shape.Elements;
        for (; group < end; group++)
        {
            var lanes = (columns + 15) & ~15;
            new Span<double>(accumulators, lanes).Fill(TReduction.Identity);
            for (var column = 0; column < lanes; column++)
                centers[column] = Centers == null || column >= columns ? 0 : Centers[(group * Shape.RunLength) + firstColumn + column];

            var source = Source + Shape.GroupOffset(group) + firstColumn;
            for (var row = firstRow; row < endRow; row++)
                Accumulate(source + Shape.RowOffset(row), columns, sourceEnd, centers, accumulators);
            for (var column = 0; column < columns; column++)
                Results.Put(group, segment, firstColumn + column, accumulators[column]);
        }
    }

    // Lanes past the last column accumulate what nobody reads.
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void Accumulate(float* row, int columns, float* sourceEnd, double* centers, double* accumulators)
    {
        for (var i = 0; i < columns; i += 16)
        {
            var (x0, x1) = Vector512.Widen(PartialRow.Load(row + i, columns - i, sourceEnd));
            TReduction.Combine(Vector512.Load(accumulators + i), TReduction.Map(x0 - Vector512.Load(centers + i))).Store(accumulators + i);
            TReduction.Combine(Vector512.Load(accumulators + i + 8), TReduction.Map(x1 - Vector512.Load(centers + i + 8))).Store(accumulators + i + 8);
        }
    }
}
