// The gradients of the normalization of rows:
//   g = dy w,  x̂ = (x - mean) rstd
//   dx = rstd (g - mean(g) - x̂ mean(g x̂)),  dw = Σ_rows dy x̂,  db = Σ_rows dy
// where mean(g) = 0 if no mean is taken away.
//
// x and dy are read once and dx is written, 12 bytes an element: dw and db are gathered on the way, per chunk of rows (at most 64 of
// them, cut by the problem's size alone), and the chunks added up in order.
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ComputeCore.Kernels.Cpu.Simd;
using ComputeCore.Kernels.Cpu.Threading;

namespace ComputeCore.Kernels.Cpu.Normalization;

/// <summary>The gradients of <see cref="RowNormForward{TCentering}"/>.</summary>
internal unsafe struct RowNormBackward<TCentering> : IParallelBody
    where TCentering : struct, ICentering
{
    private const int MaximumChunks = 64;

    /// <summary>dy, [rows, columns].</summary>
    public float* OutputGradient;

    /// <summary>x, [rows, columns].</summary>
    public float* Input;

    /// <summary>[rows], as the forward pass wrote them, if it took them away.</summary>
    public float* Mean;

    /// <summary>[rows], as the forward pass wrote them.</summary>
    public float* Rstd;

    /// <summary>[columns], or null for ones.</summary>
    public float* Weight;

    /// <summary>dx, [rows, columns]; may be the output's gradient.</summary>
    public float* InputGradient;

    /// <summary>dw, [columns], or null where it is not needed.</summary>
    public float* WeightGradient;

    /// <summary>db, [columns], or null where it is not needed.</summary>
    public float* BiasGradient;

    public int Rows;
    public int Columns;

    // [chunks, Sums, columns]: dw and db of each chunk's rows; null where neither is needed.
    private float* partials;

    // Rows of dw, and of db where there may be a bias.
    private static int Sums => TCentering.TakesMeanAway ? 2 : 1;

    /// <summary>Scratch bytes for <see cref="Run(WorkerPool, byte*)"/>, if it writes the gradient of weight or bias.</summary>
    public static long WorkspaceBytes(int rows, int columns) => ChunksOf(rows, columns).Count * Sums * (long)columns * sizeof(float);

    private static Chunks ChunksOf(int rows, int columns) => Chunks.AtMost(MaximumChunks, rows, columns);

    /// <summary>Writes the gradients.</summary>
    public void Run(WorkerPool pool, byte* workspace)
    {
        partials = WeightGradient == null && BiasGradient == null ? null : (float*)workspace;
        var chunks = ChunksOf(Rows, Columns).Count;
        pool.For(chunks, this);
        var stride = (long)Sums * Columns;
        if (WeightGradient != null)
            PartialRows.Add(pool, partials, stride, WeightGradient, chunks, Columns);
        if (BiasGradient != null)
            PartialRows.Add(pool, partials + Columns, stride, BiasGradient, chunks, Columns);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public readonly void Run(int index, int worker)
    {
        var chunks = ChunksOf(Rows, Columns);
        var partial = partials + (long)index * Sums * Columns;
        if (partials != null)
            new Span<float>(partial, Sums * Columns).Clear();
        for (var row = chunks.Start(index); row < chunks.End(index); row++)
            Row(row, partial);
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private readonly void Row(long row, float* partial)
    {
        var dy = OutputGradient + row * Columns;
        var x = Input + row * Columns;
        var dx = InputGradient + row * Columns;
        var mean = Vector512.Create(TCentering.TakesMeanAway ? Mean[row] : 0);
        var rstd = Vector512.Create(Rstd[row]);

        var sumG = Vector512<float>.Zero;
        var sumGX = Vector512<float>.Zero;
        var c = 0;
        for (; c <= Columns - Lanes.Count; c += Lanes.Count)
            Sum(dy, x, c, mean, rstd, partial, ref sumG, ref sumGX, default(WholeVector));
        if (c < Columns)
            Sum(dy, x, c, mean, rstd, partial, ref sumG, ref sumGX, new PartOfVector(Columns - c));

        var meanG = TCentering.TakesMeanAway ? Vector512.Create(Lanes.Sum(sumG) / Columns) : default;
        var meanGX = Vector512.Create(Lanes.Sum(sumGX) / Columns);
        for (c = 0; c <= Columns - Lanes.Count; c += Lanes.Count)
            Write(dy, x, dx, c, mean, rstd, meanG, meanGX, default(WholeVector));
        if (c < Columns)
            Write(dy, x, dx, c, mean, rstd, meanG, meanGX, new PartOfVector(Columns - c));
    }

    // Behind the row's end dy is 0, and with it all that is summed.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly void Sum<TAccess>(
        float* dy, float* x, int c, Vector512<float> mean, Vector512<float> rstd, float* partial, ref Vector512<float> sumG, ref Vector512<float> sumGX, TAccess access)
        where TAccess : struct, IVectorAccess
    {
        var gradient = access.Load(dy + c);
        var normalized = RowNormForward<TCentering>.Normalized(access.Load(x + c), mean, rstd);
        if (partials != null)
        {
            access.Store(Vector512.FusedMultiplyAdd(gradient, normalized, access.Load(partial + c)), partial + c);
            if (TCentering.TakesMeanAway)
                access.Store(gradient + access.Load(partial + Columns + c), partial + Columns + c);
        }

        var g = Weight == null ? gradient : gradient * access.Load(Weight + c);
        if (TCentering.TakesMeanAway)
            sumG += g;
        sumGX = Vector512.FusedMultiplyAdd(g, normalized, sumGX);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly void Write<TAccess>(
        float* dy, float* x, float* dx, int c, Vector512<float> mean, Vector512<float> rstd, Vector512<float> meanG, Vector512<float> meanGX, TAccess access)
        where TAccess : struct, IVectorAccess
    {
        var g = access.Load(dy + c);
        if (Weight != null)
            g *= access.Load(Weight + c);
        if (TCentering.TakesMeanAway)
            g -= meanG;
        access.Store(rstd * Vector512.FusedMultiplyAdd(-RowNormForward<TCentering>.Normalized(access.Load(x + c), mean, rstd), meanGX, g), dx + c);
    }
}
