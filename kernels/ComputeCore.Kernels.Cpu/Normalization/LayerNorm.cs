// Layer normalization over the last axis of [rows, columns] (Ba, Kiros, Hinton, "Layer Normalization", 2016):
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

/// <summary>Layer normalization and its gradients.</summary>
internal static unsafe class LayerNorm
{
    private const int MaximumChunks = 64;

    /// <summary>Normalizes each row; writes its mean and inverse standard deviation. Weight and bias [columns] may be null; output may be input.</summary>
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
    public static long WorkspaceBytes(int rows, int columns) => BackwardChunks(rows, columns).Count * 2L * columns * sizeof(float);

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
        if (weightGradient != null)
            PartialRows.Add(pool, partials, 2L * columns, weightGradient, chunks.Count, columns);
        if (biasGradient != null)
            PartialRows.Add(pool, partials + columns, 2L * columns, biasGradient, chunks.Count, columns);
    }

    private static Chunks BackwardChunks(int rows, int columns) => Chunks.AtMost(MaximumChunks, rows, columns);

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
            var mean = RowReductions.Sum(x, Columns) / Columns;
            var variance = RowReductions.SumOfSquaredDeviations(x, mean, Columns) / Columns;
            var rstd = 1 / MathF.Sqrt(variance + Epsilon);
            Mean[row] = mean;
            Rstd[row] = rstd;

            var center = Vector512.Create(mean);
            var scale = Vector512.Create(rstd);
            var c = 0;
            for (; c <= Columns - Lanes.Width; c += Lanes.Width)
            {
                var normalized = (Vector512.Load(x + c) - center) * scale;
                if (Weight != null)
                    normalized *= Vector512.Load(Weight + c);
                if (Bias != null)
                    normalized += Vector512.Load(Bias + c);
                normalized.Store(y + c);
            }

            if (c < Columns)
            {
                var count = Columns - c;
                var normalized = (Lanes.Load(x + c, count) - center) * scale;
                if (Weight != null)
                    normalized *= Lanes.Load(Weight + c, count);
                if (Bias != null)
                    normalized += Lanes.Load(Bias + c, count);
                Lanes.Store(normalized, y + c, count);
            }
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
        public float* Partials; // [chunks, 2, columns]: dw and db of each chunk's rows
        public int Columns;
        public Chunks Chunks;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run(int index, int worker)
        {
            var weightPartial = Partials + 2L * index * Columns;
            if (Partials != null)
                new Span<float>(weightPartial, 2 * Columns).Clear();
            for (var row = Chunks.Start(index); row < Chunks.End(index); row++)
                Row(row, weightPartial, weightPartial + Columns);
        }

        [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
        private readonly void Row(long row, float* weightPartial, float* biasPartial)
        {
            var dy = OutputGradient + row * Columns;
            var x = Input + row * Columns;
            var dx = InputGradient + row * Columns;
            var center = Vector512.Create(Mean[row]);
            var scale = Vector512.Create(Rstd[row]);

            var sumG = Vector512<float>.Zero;
            var sumGX = Vector512<float>.Zero;
            var c = 0;
            for (; c <= Columns - Lanes.Width; c += Lanes.Width)
            {
                var gradient = Vector512.Load(dy + c);
                var normalized = (Vector512.Load(x + c) - center) * scale;
                if (Partials != null)
                {
                    Vector512.FusedMultiplyAdd(gradient, normalized, Vector512.Load(weightPartial + c)).Store(weightPartial + c);
                    (gradient + Vector512.Load(biasPartial + c)).Store(biasPartial + c);
                }

                var g = Weight == null ? gradient : gradient * Vector512.Load(Weight + c);
                sumG += g;
                sumGX = Vector512.FusedMultiplyAdd(g, normalized, sumGX);
            }

            if (c < Columns)
            {
                var count = Columns - c;
                var gradient = Lanes.Load(dy + c, count);
                var normalized = (Lanes.Load(x + c, count, Mean[row]) - center) * scale;
                if (Partials != null)
                {
                    Lanes.Store(Vector512.FusedMultiplyAdd(gradient, normalized, Lanes.Load(weightPartial + c, count)), weightPartial + c, count);
                    Lanes.Store(gradient + Lanes.Load(biasPartial + c, count), biasPartial + c, count);
                }

                var g = Weight == null ? gradient : gradient * Lanes.Load(Weight + c, count);
                sumG += g;
                sumGX = Vector512.FusedMultiplyAdd(g, normalized, sumGX);
            }

            var meanG = Vector512.Create(Lanes.Sum(sumG) / Columns);
            var meanGX = Vector512.Create(Lanes.Sum(sumGX) / Columns);
            for (c = 0; c <= Columns - Lanes.Width; c += Lanes.Width)
            {
                var normalized = (Vector512.Load(x + c) - center) * scale;
                var g = Weight == null ? Vector512.Load(dy + c) : Vector512.Load(dy + c) * Vector512.Load(Weight + c);
                (scale * Vector512.FusedMultiplyAdd(-normalized, meanGX, g - meanG)).Store(dx + c);
            }

            if (c < Columns)
            {
                var count = Columns - c;
                var normalized = (Lanes.Load(x + c, count) - center) * scale;
                var g = Weight == null ? Lanes.Load(dy + c, count) : Lanes.Load(dy + c, count) * Lanes.Load(Weight + c, count);
                Lanes.Store(scale * Vector512.FusedMultiplyAdd(-normalized, meanGX, g - meanG), dx + c, count);
            }
        }
    }
}
