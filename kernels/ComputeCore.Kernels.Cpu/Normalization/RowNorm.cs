// Normalization over the last axis of [rows, columns]: layer normalization (Ba, Kiros, Hinton, "Layer Normalization", 2016), and that by
// the root mean square, which takes no mean away (Zhang, Sennrich, "Root Mean Square Layer Normalization", 2019: mean(x) = mean(g) = 0
// below, and no bias):
//   forward   y = (x - mean) rstd w + b          rstd = 1 / sqrt(variance + ε), variance with 1 / columns
//   backward  g = dy w,  x̂ = (x - mean) rstd
//             dx = rstd (g - mean(g) - x̂ mean(g x̂)),  dw = Σ_rows dy x̂,  db = Σ_rows dy
//
// A row is read from memory once and stays in cache for its passes: mean, squared deviations, output. The variance is that
// of the deviations, not a difference of sums, so rows far from zero lose nothing. Traffic 8 bytes an element forward.
// Backward reads x and dy once and writes dx, 12 bytes an element: dw and db are gathered on the way, per chunk of rows (at
// most 64 of them, cut by the problem's size alone), and the chunks added up in order.
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ComputeCore.Kernels.Cpu.Simd;
using ComputeCore.Kernels.Cpu.Threading;

namespace ComputeCore.Kernels.Cpu.Normalization;

/// <summary>Whether rows are normalized around their mean.</summary>
internal interface ICentering
{
    static abstract bool TakesMeanAway { get; }
}

/// <summary>Layer normalization.</summary>
internal readonly struct Centered : ICentering
{
    public static bool TakesMeanAway => true;
}

/// <summary>Normalization by the root mean square.</summary>
internal readonly struct Uncentered : ICentering
{
    public static bool TakesMeanAway => false;
}

/// <summary>Normalization of rows and its gradients.</summary>
internal static unsafe class RowNorm<TCentering>
    where TCentering : struct, ICentering
{
    private const int MaximumChunks = 64;

    // Rows of dw, and of db where there may be a bias.
    private static int Sums => TCentering.TakesMeanAway ? 2 : 1;

    /// <summary>
    /// Normalizes each row; writes its mean, if that is taken away, and inverse standard deviation. Weight and bias [columns] may be null;
    /// output may be input.
    /// </summary>
    public static void Forward(
        WorkerPool pool, float* input, float* weight, float* bias, float* output, float* mean, float* rstd, int rows, int columns, float epsilon)
    {
        var chunks = new Chunks(rows, columns);
        pool.For(chunks.Count, new ForwardBody
        {
            Input = input,
            Weight = weight,
            Bias = bias,
            Output = output,
            Mean = mean,
            Rstd = rstd,
            Columns = columns,
            Epsilon = epsilon,
            Chunks = chunks,
        });
    }

    /// <summary>Scratch bytes for <see cref="Backward"/>.</summary>
    public static long WorkspaceBytes(int rows, int columns) => BackwardChunks(rows, columns).Count * Sums * (long)columns * sizeof(float);

    /// <summary>
    /// Writes the gradients of the input (which may overwrite that of the output), weight and bias. Weight may be null; so
    /// may the gradients of weight and bias, where they are not needed.
    /// </summary>
    public static void Backward(
        WorkerPool pool,
        float* outputGradient,
        float* input,
        float* mean,
        float* rstd,
        float* weight,
        float* inputGradient,
        float* weightGradient,
        float* biasGradient,
        int rows,
        int columns,
        byte* workspace)
    {
        var chunks = BackwardChunks(rows, columns);
        var partials = weightGradient == null && biasGradient == null ? null : (float*)workspace;
        pool.For(chunks.Count, new BackwardBody
        {
            OutputGradient = outputGradient,
            Input = input,
            Mean = mean,
            Rstd = rstd,
            Weight = weight,
            InputGradient = inputGradient,
            Partials = partials,
            Columns = columns,
            Chunks = chunks,
        });
        var stride = (long)Sums * columns;
        if (weightGradient != null)
            PartialRows.Add(pool, partials, stride, weightGradient, chunks.Count, columns);
        if (biasGradient != null)
            PartialRows.Add(pool, partials + columns, stride, biasGradient, chunks.Count, columns);
    }

    private static Chunks BackwardChunks(int rows, int columns) => Chunks.AtMost(MaximumChunks, rows, columns);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Normalized(Vector512<float> x, Vector512<float> mean, Vector512<float> rstd) =>
        (TCentering.TakesMeanAway ? x - mean : x) * rstd;

    private struct ForwardBody : IParallelBody
    {
        public float* Input;
        public float* Weight;
        public float* Bias;
        public float* Output;
        public float* Mean;
        public float* Rstd;
        public int Columns;
        public float Epsilon;
        public Chunks Chunks;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run(int index, int worker)
        {
            for (var row = Chunks.Start(index); row < Chunks.End(index); row++)
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
            for (; c <= Columns - Lanes.Width; c += Lanes.Width)
                Write(x, y, c, means, rstds, default(WholeVector));
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

    private struct BackwardBody : IParallelBody
    {
        public float* OutputGradient;
        public float* Input;
        public float* Mean;
        public float* Rstd;
        public float* Weight;
        public float* InputGradient;
        public float* Partials; // [chunks, Sums, columns]: dw and db of each chunk's rows
        public int Columns;
        public Chunks Chunks;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run(int index, int worker)
        {
            var partial = Partials + (long)index * Sums * Columns;
            if (Partials != null)
                new Span<float>(partial, Sums * Columns).Clear();
            for (var row = Chunks.Start(index); row < Chunks.End(index); row++)
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
            for (; c <= Columns - Lanes.Width; c += Lanes.Width)
                Sum(dy, x, c, mean, rstd, partial, ref sumG, ref sumGX, default(WholeVector));
            if (c < Columns)
                Sum(dy, x, c, mean, rstd, partial, ref sumG, ref sumGX, new PartOfVector(Columns - c));

            var meanG = TCentering.TakesMeanAway ? Vector512.Create(Lanes.Sum(sumG) / Columns) : default;
            var meanGX = Vector512.Create(Lanes.Sum(sumGX) / Columns);
            for (c = 0; c <= Columns - Lanes.Width; c += Lanes.Width)
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
            var normalized = Normalized(access.Load(x + c), mean, rstd);
            if (Partials != null)
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
            access.Store(rstd * Vector512.FusedMultiplyAdd(-Normalized(access.Load(x + c), mean, rstd), meanGX, g), dx + c);
        }
    }
}
