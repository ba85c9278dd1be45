// Normalization over the last axis of [rows, columns]: layer normalization (Ba, Kiros, Hinton, "Layer Normalization", 2016), and that by
// the root mean square, which takes no mean away (Zhang, Sennrich, "Root Mean Square Layer Normalization", 2019: mean = 0 below, and
// no bias):
//   y = (x - mean) rstd w + b          rstd = 1 / sqrt(variance + ε), variance with 1 / columns
//
// A row is read from memory once and stays in cache for its passes: mean, squared deviations, output. The variance is that
// of the deviations, not a difference of sums, so rows far from zero lose nothing. Traffic 8 bytes an element.
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ComputeCore.Kernels.Cpu.Simd;
using ComputeCore.Kernels.Cpu.Threading;

namespace ComputeCore.Kernels.Cpu.Normalization;

/// <summary>Normalization of rows.</summary>
internal unsafe struct RowNormForward<TCentering> : IParallelBody
    where TCentering : struct, ICentering
{
    // While a row that lies in L1 is written, memory would have nothing to do. Beyond the caches this is 1.1 to 1.2 times as fast; one row ahead,
    // or to fetch what is written, too, gains less.
    private const int RowsFetchedAhead = 2;

    /// <summary>x, [rows, columns].</summary>
    public float* Input;

    /// <summary>[columns], or null for ones.</summary>
    public float* Weight;

    /// <summary>[columns], or null for zeros.</summary>
    public float* Bias;

    /// <summary>y, [rows, columns]; may be the input.</summary>
    public float* Output;

    /// <summary>Written: each row's mean, if that is taken away.</summary>
    public float* Mean;

    /// <summary>Written: each row's inverse standard deviation.</summary>
    public float* Rstd;

    public int Rows;
    public int Columns;
    public float Epsilon;

    private readonly Chunks Chunks => new(Rows, Columns);

    /// <summary>Normalizes each row.</summary>
    public readonly void Run(WorkerPool pool) => pool.For(Chunks.Count, this);

    /// <summary>x̂.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Normalized(Vector512<float> x, Vector512<float> mean, Vector512<float> rstd) =>
        (TCentering.TakesMeanAway ? x - mean : x) * rstd;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public readonly void Run(int index, int worker)
    {
        var chunks = Chunks;
        for (var row = chunks.Start(index); row < chunks.End(index); row++)
            Row(row);
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private readonly void Row(long row)
    {
        var x = Input + row * Columns;
        var y = Output + row * Columns;
        var mean = 0f;
        float sum;
        if (TCentering.TakesMeanAway)
        {
            Mean[row] = mean = RowReductions.Sum(x, Columns) / Columns;
            sum = RowReductions.SumOfSquaredDeviations(x, mean, Columns);
        }
        else
        {
            sum = RowReductions.Dot(x, x, Columns);
        }

        var rstd = Rstd[row] = 1 / MathF.Sqrt(sum / Columns + Epsilon);
        var (means, rstds) = (Vector512.Create(mean), Vector512.Create(rstd));
        var c = 0;
        for (; c <= Columns - Lanes.Count; c += Lanes.Count)
        {
            Lanes.PrefetchFar(x + c + RowsFetchedAhead * Columns, 1);
            Write(x, y, c, means, rstds, default(WholeVector));
        }

        if (c < Columns)
            Write(x, y, c, means, rstds, new PartOfVector(Columns - c));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly void Write<TAccess>(float* x, float* y, int c, Vector512<float> mean, Vector512<float> rstd, TAccess access)
        where TAccess : struct, IVectorAccess
    {
        var result = Normalized(access.Load(x + c), mean, rstd);
        if (Weight != null)
            result *= access.Load(Weight + c);
        if (Bias != null)
            result += access.Load(Bias + c);
        access.Store(result, y + c);
    }
}
