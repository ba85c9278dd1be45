using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ComputeCore.Kernels.Cpu.Threading;

namespace ComputeCore.Kernels.Cpu.Reduction;

/// <summary>
/// Takes the value of a segment: as a result, if it is the only one of its group, else as a partial result. As a parallel loop
/// it combines the partial results, in their order.
/// </summary>
internal unsafe struct ReductionResults<TReduction, TResult> : IParallelBody
    where TReduction : struct, IReduction
    where TResult : unmanaged, System.Numerics.INumberBase<TResult>
{
    private const int ResultsPerIteration = 1024;

    public ReductionSegments Segments;
    public double* Partials;
    public TResult* Destination;
    public double Divisor;

    /// <summary>Iterations that combine all partial results.</summary>
    public readonly int Iterations => checked((int)(((Segments.Groups * Segments.ResultsPerGroup) + ResultsPerIteration - 1) / ResultsPerIteration));

    /// <summary>Takes the values of neighbouring columns.</summary>
    public readonly void Put(long group, long segment, long firstColumn, double* values, int columns)
    {
        if (Segments.PerGroup > 1)
            Unsafe.CopyBlockUnaligned(Partials + (((group * Segments.PerGroup) + segment) * Segments.ResultsPerGroup) + firstColumn, values, (uint)columns * sizeof(double));
        else
            Store(values, (group * Segments.ResultsPerGroup) + firstColumn, columns);
    }

    /// <inheritdoc/>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public readonly void Run(int index, int worker)
    {
        var values = stackalloc double[ResultsPerIteration];
        var end = Math.Min(Segments.Groups * Segments.ResultsPerGroup, (index + 1L) * ResultsPerIteration);
        for (var result = (long)index * ResultsPerIteration; result < end;)
        {
            var (group, column) = Math.DivRem(result, Segments.ResultsPerGroup);
            var columns = (int)Math.Min(end - result, Segments.ResultsPerGroup - column);
            Combine(Partials + (group * Segments.PerGroup * Segments.ResultsPerGroup) + column, values, columns);
            Store(values, result, columns);
            result += columns;
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private readonly void Combine(double* partials, double* values, int columns)
    {
        var column = 0;
        for (; column <= columns - 8; column += 8)
        {
            var value = Vector512.Load(partials + column);
            for (var segment = 1L; segment < Segments.PerGroup; segment++)
                value = TReduction.Combine(value, Vector512.Load(partials + (segment * Segments.ResultsPerGroup) + column));
            value.Store(values + column);
        }

        for (; column < columns; column++)
        {
            var value = Vector512.CreateScalar(partials[column]);
            for (var segment = 1L; segment < Segments.PerGroup; segment++)
                value = TReduction.Combine(value, Vector512.CreateScalar(partials[(segment * Segments.ResultsPerGroup) + column]));
            values[column] = value.ToScalar();
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private readonly void Store(double* values, long result, int columns)
    {
        var column = 0;
        if (typeof(TResult) == typeof(float))
        {
            for (; column <= columns - 16; column += 16)
                Vector512.Narrow(Vector512.Load(values + column) / Divisor, Vector512.Load(values + column + 8) / Divisor).Store((float*)Destination + result + column);
        }

        for (; column < columns; column++)
            Destination[result + column] = TResult.CreateTruncating(values[column] / Divisor);
    }
}
