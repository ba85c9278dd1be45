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

    /// <summary>Takes a value.</summary>
    public readonly void Put(long group, long segment, long column, double value)
    {
        if (Segments.PerGroup > 1)
            Partials[(((group * Segments.PerGroup) + segment) * Segments.ResultsPerGroup) + column] = value;
        else
            Destination[(group * Segments.ResultsPerGroup) + column] = TResult.CreateTruncating(value / Divisor);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Run(int index, int worker)
    {
        var end = Math.Min(Segments.Groups * Segments.ResultsPerGroup, (index + 1L) * ResultsPerIteration);
        for (var result = (long)index * ResultsPerIteration; result < end; result++)
        {
            var (group, column) = Math.DivRem(result, Segments.ResultsPerGroup);
            var partial = Partials + (group * Segments.PerGroup * Segments.ResultsPerGroup) + column;
            var value = *partial;
            for (var segment = 1; segment < Segments.PerGroup; segment++)
            {
                partial += Segments.ResultsPerGroup;
                value = TReduction.Combine(Vector512.CreateScalar(value), Vector512.CreateScalar(*partial)).ToScalar();
            }

            Destination[result] = TResult.CreateTruncating(value / Divisor);
        }
    }
}
