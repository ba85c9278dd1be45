using ComputeCore.Kernels.Cpu.Threading;

namespace ComputeCore.Kernels.Cpu.Reduction;

// All accumulation is in double, in vectors whose lanes are combined at the end: the error of a sum is that of its rounding to
// float, and a sum of squares can't overflow. A result of many elements is made of segments of fixed size, whose partial
// results wait in scratch memory and are combined in order, so the bits do not depend on the number of threads.
// The variance is the two-pass one (Chan, Golub and LeVeque, "Algorithms for computing the sample variance", 1983): the means,
// then the sum of the squared distances from them.
// Bytes moved: the source once (twice for the variance).

/// <summary>Reductions of contiguous 32-bit float tensors over any set of dimensions.</summary>
internal static unsafe class Reduce
{
    /// <summary>Bytes of scratch memory for any reduction but the variance.</summary>
    public static long WorkspaceBytes(in ReductionShape shape) => new ReductionSegments(shape).PartialBytes;

    /// <summary>Bytes of scratch memory for the variance.</summary>
    public static long VarianceWorkspaceBytes(in ReductionShape shape) => WorkspaceBytes(shape) + (shape.Results * sizeof(double));

    /// <summary>Sum; 0 of nothing.</summary>
    public static void Sum(WorkerPool pool, float* source, float* destination, in ReductionShape shape, byte* workspace)
        => Run<Summation, float>(pool, source, null, destination, 1, shape, workspace);

    /// <summary>Arithmetic mean; NaN of nothing.</summary>
    public static void Mean(WorkerPool pool, float* source, float* destination, in ReductionShape shape, byte* workspace)
        => Run<Summation, float>(pool, source, null, destination, shape.ElementsPerResult, shape, workspace);

    /// <summary>Sum of squares.</summary>
    public static void SumOfSquares(WorkerPool pool, float* source, float* destination, in ReductionShape shape, byte* workspace)
        => Run<SquareSummation, float>(pool, source, null, destination, 1, shape, workspace);

    /// <summary>Greatest element; NaN if there is one.</summary>
    public static void Max(WorkerPool pool, float* source, float* destination, in ReductionShape shape, byte* workspace)
        => Run<Maximization, float>(pool, source, null, destination, 1, shape, workspace);

    /// <summary>Least element; NaN if there is one.</summary>
    public static void Min(WorkerPool pool, float* source, float* destination, in ReductionShape shape, byte* workspace)
        => Run<Minimization, float>(pool, source, null, destination, 1, shape, workspace);

    /// <summary>
    /// Sum of the squared distances from the mean, divided by the number of elements less <paramref name="correction"/>: 0 for
    /// the population's variance, 1 for the unbiased estimate from a sample. Not finite if that number is not positive.
    /// </summary>
    public static void Variance(WorkerPool pool, float* source, float* destination, in ReductionShape shape, int correction, byte* workspace)
    {
        var means = (double*)workspace;
        workspace += shape.Results * sizeof(double);
        Run<Summation, double>(pool, source, null, means, shape.ElementsPerResult, shape, workspace);
        Run<SquaredDeviationSummation, float>(pool, source, means, destination, Math.Max(0, shape.ElementsPerResult - correction), shape, workspace);
    }

    private static void Run<TReduction, TResult>(WorkerPool pool, float* source, double* centers, TResult* destination, double divisor, in ReductionShape shape, byte* workspace)
        where TReduction : struct, IReduction
        where TResult : unmanaged, System.Numerics.INumberBase<TResult>
    {
        var segments = new ReductionSegments(shape);
        var results = new ReductionResults<TReduction, TResult> { Segments = segments, Partials = (double*)workspace, Destination = destination, Divisor = divisor };
        if (shape.Results == 0)
            return;
        if (shape.RunIsReduced)
            pool.For(segments.Items, new RunReduction<TReduction, TResult> { Shape = shape, Segments = segments, Source = source, Centers = centers, Results = results });
        else
            pool.For(segments.Items, new RowReduction<TReduction, TResult> { Shape = shape, Segments = segments, Source = source, Centers = centers, Results = results });
        if (segments.PerGroup > 1)
            pool.For(results.Iterations, results);
    }
}
