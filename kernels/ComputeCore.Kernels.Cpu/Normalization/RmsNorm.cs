// Normalization by the root mean square over the last axis of [rows, columns] (Zhang, Sennrich, "Root Mean Square Layer
// Normalization", 2019):
//   forward   y = x rstd w                       rstd = 1 / sqrt(mean(x²) + ε)
//   backward  g = dy w,  x̂ = x rstd,  dx = rstd (g - x̂ mean(g x̂)),  dw = Σ_rows dy x̂
//
// A row is read from memory once and stays in cache for its second pass: 8 bytes an element forward, 12 backward. dw is gathered
// on the way, per chunk of rows (at most 64 of them, cut by the problem's size alone), and the chunks added up in order.
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ComputeCore.Kernels.Cpu.Simd;
using ComputeCore.Kernels.Cpu.Threading;

namespace ComputeCore.Kernels.Cpu.Normalization;

/// <summary>Root mean square normalization and its gradients.</summary>
internal static unsafe class RmsNorm
{
    private const int MaximumChunks = 64;

    /// <summary>Normalizes each row; writes its inverse root mean square. The weight [columns] may be null; output may be input.</summary>
    public static void Forward(WorkerPool pool, float* input, float* weight, float* output, float* rstd, int rows, int columns, float epsilon)
    {
        var chunks = new Chunks(rows, columns);
        pool.For(chunks.Count, new ForwardBody
        {
            Input = input,
            Weight = weight,
            Output = output,
            Rstd = rstd,
            Columns = columns,
            Epsilon = epsilon,
            Chunks = chunks,
        });
    }

    /// <summary>Scratch bytes for <see cref="Backward"/> with a weight.</summary>
    public static long WorkspaceBytes(int rows, int columns) => BackwardChunks(rows, columns).Count * (long)columns * sizeof(float);

    /// <summary>
    /// Writes the gradients of the input (which may overwrite that of the output) and of the weight; both weight and its gradient
    /// may be null.
    /// </summary>
    public static void Backward(
        WorkerPool pool,
        float* outputGradient,
        float* input,
        float* rstd,
        float* weight,
        float* inputGradient,
        float* weightGradient,
        int rows,
        int columns,
        byte* workspace)
    {
        var chunks = BackwardChunks(rows, columns);
        var partials = weightGradient == null ? null : (float*)workspace;
        pool.For(chunks.Count, new BackwardBody
        {
            OutputGradient = outputGradient,
            Input = input,
            Rstd = rstd,
            Weight = weight,
            InputGradient = inputGradient,
            Partials = partials,
            Columns = columns,
            Chunks = chunks,
        });
        if (weightGradient != null)
            PartialRows.Add(pool, partials, columns, weightGradient, chunks.Count, columns);
    }

    private static Chunks BackwardChunks(int rows, int columns) => Chunks.AtMost(MaximumChunks, rows, columns);

    private struct ForwardBody : IParallelBody
    {
        public float* Input;
        public float* Weight;
        public float* Output;
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
            var rstd = 1 / MathF.Sqrt(RowReductions.Dot(x, x, Columns) / Columns + Epsilon);
            Rstd[row] = rstd;
            var scale = Vector512.Create(rstd);
            for (var c = 0; c < Columns; c += Lanes.Width)
            {
                var count = Columns - c;
                var normalized = Lanes.Load(x + c, count) * scale;
                Lanes.Store(Weight == null ? normalized : normalized * Lanes.Load(Weight + c, count), y + c, count);
            }
        }
    }

    private struct BackwardBody : IParallelBody
    {
        public float* OutputGradient;
        public float* Input;
        public float* Rstd;
        public float* Weight;
        public float* InputGradient;
        public float* Partials; // [chunks, columns]: dw of each chunk's rows
        public int Columns;
        public Chunks Chunks;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run(int index, int worker)
        {
            var partial = Partials + (long)index * Columns;
            if (Partials != null)
                new Span<float>(partial, Columns).Clear();
            for (var row = Chunks.Start(index); row < Chunks.End(index); row++)
                Row(row, partial);
        }

        [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
        private readonly void Row(long row, float* partial)
        {
            var dy = OutputGradient + row * Columns;
            var x = Input + row * Columns;
            var dx = InputGradient + row * Columns;
            var scale = Vector512.Create(Rstd[row]);
            var sum = Vector512<float>.Zero;
            for (var c = 0; c < Columns; c += Lanes.Width)
            {
                var count = Columns - c;
                var gradient = Lanes.Load(dy + c, count);
                var product = gradient * (Lanes.Load(x + c, count) * scale);
                if (Partials != null)
                    Lanes.Store(Lanes.Load(partial + c, count) + product, partial + c, count);
                sum += Weight == null ? product : product * Lanes.Load(Weight + c, count);
            }

            var mean = Vector512.Create(Lanes.Sum(sum) / Columns);
            for (var c = 0; c < Columns; c += Lanes.Width)
            {
                var count = Columns - c;
                var g = Lanes.Load(dy + c, count);
                if (Weight != null)
                    g *= Lanes.Load(Weight + c, count);
                Lanes.Store(scale * Vector512.FusedMultiplyAdd(Lanes.Load(x + c, count) * scale, -mean, g), dx + c, count);
            }
        }
    }
}
