using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ComputeCore.Kernels.Cpu.Convolution;
using ComputeCore.Kernels.Cpu.Gemm;
using ComputeCore.Kernels.Cpu.Threading;

namespace ComputeCore.Kernels.Cpu.Pooling;

// Max pooling over planes, any kernel, stride, padding and dilation. 16 output columns and their indices are two registers: in
// row-major order of the window's taps they take a tap's value where it beats theirs. So the first of equal maxima wins, and a
// NaN always wins (the last one, as in PyTorch).
// Bytes: 4 read per input element, 8 written per output; compares: KernelHeight * KernelWidth per output.
// Backward clears a plane and adds the gradients in output order while the plane is in the cache.
// The 2 x 2 window with stride 2 has kernels of its own (MaxPooling2x2).

/// <summary>2-D max pooling.</summary>
internal static unsafe class MaxPooling
{
    /// <summary>Writes each window's maximum to y and its position h * W + w in the input plane to indices.</summary>
    public static void Forward(WorkerPool pool, in PoolingShape shape, float* x, float* y, int* indices) =>
        PlaneLoop.Run(
            pool,
            shape.Planes,
            shape.Height * shape.Width,
            new ForwardBody { Shape = shape, X = x, Y = y, Indices = indices, Is2x2 = MaxPooling2x2.Handles(shape) });

    /// <summary>dx = the sum of dy over the windows whose maximum an element is; zero elsewhere.</summary>
    public static void Backward(WorkerPool pool, in PoolingShape shape, float* dy, int* indices, float* dx) =>
        PlaneLoop.Run(
            pool,
            shape.Planes,
            shape.Height * shape.Width,
            new BackwardBody { Shape = shape, Dy = dy, Indices = indices, Dx = dx, Is2x2 = MaxPooling2x2.Handles(shape) });

    /// <summary>One plane of the gradient: clears it, then adds every output's gradient at its index.</summary>
    public static void ScatterPlane(float* dy, int* indices, int outputs, float* dx, int inputs)
    {
        new Span<float>(dx, inputs).Clear();
        for (var i = 0; i < outputs; i++)
            dx[indices[i]] += dy[i];
    }

    /// <summary>The lanes where <paramref name="value"/> replaces <paramref name="best"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Beats(Vector512<float> value, Vector512<float> best) =>
        Vector512.GreaterThan(value, best) | ~Vector512.Equals(value, value);

    // Strips of 16 output columns from top to bottom: what a tap sees of a row is the same in every row.
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void ForwardPlane<TStride>(in PoolingShape shape, float* x, float* y, int* indices, Tap* taps)
        where TStride : struct, ITileSize
    {
        var even = Vector512<int>.Indices * 2;
        for (var column = 0; column < shape.OutputWidth; column += Lanes.Count)
        {
            var stored = Lanes.First(shape.OutputWidth - column);
            for (var s = 0; s < shape.KernelWidth; s++)
                taps[s] = new Tap(column * shape.StrideX - shape.PaddingLeft + s * shape.DilationX, shape.StrideX, shape.Width);
            for (var row = 0; row < shape.OutputHeight; row++)
            {
                var best = Vector512.Create(float.NegativeInfinity);
                var index = Vector512.Create(-1);
                for (var r = 0; r < shape.KernelHeight; r++)
                {
                    var h = row * shape.StrideY - shape.PaddingTop + r * shape.DilationY;
                    if ((uint)h >= (uint)shape.Height)
                        continue;
                    var start = h * shape.Width;
                    for (var s = 0; s < shape.KernelWidth; s++)
                    {
                        var tap = taps + s;
                        var source = x + start + tap->First;
                        var value = TStride.Value switch
                        {
                            1 => Lanes.Load(source, tap->Low),
                            2 => Lanes.Permute(Lanes.Load(source, tap->Low), even, Lanes.Load(source + Lanes.Count, tap->High)),
                            _ => LoadColumns(x + start, tap->First, shape.StrideX, shape.Width),
                        };
                        var take = tap->Inside & (Beats(value, best) | Vector512.LessThan(index, Vector512<int>.Zero).AsSingle());
                        best = Vector512.ConditionalSelect(take, value, best);
                        index = Vector512.ConditionalSelect(take.AsInt32(), tap->Columns + Vector512.Create(start), index);
                    }
                }

                var at = row * shape.OutputWidth + column;
                Lanes.Store(y + at, stored, best);
                Lanes.Store(indices + at, stored, index);
            }
        }
    }

    /// <summary>The columns that a column of the window sees in a strip.</summary>
    private readonly struct Tap(int first, int stride, int width)
    {
        /// <summary>The first output's.</summary>
        public readonly int First = first;

        public readonly Vector512<int> Columns = Vector512.Create(first) + Vector512<int>.Indices * stride;

        /// <summary>The outputs that see a column of the image.</summary>
        public readonly Vector512<float> Inside =
            Vector512.LessThan((Vector512.Create(first) + Vector512<int>.Indices * stride).AsUInt32(), Vector512.Create((uint)width)).AsSingle();

        /// <summary>Of 16 columns from the first on, those of the image.</summary>
        public readonly Vector512<float> Low = Lanes.First(width - first) & ~Lanes.First(-first);

        /// <summary>The same of the next 16.</summary>
        public readonly Vector512<float> High = Lanes.First(width - first - Lanes.Count) & ~Lanes.First(-first - Lanes.Count);
    }

    // Columns first, first + stride, … of a row; zero where they lie outside of it.
    private static Vector512<float> LoadColumns(float* row, int first, int stride, int width)
    {
        var lanes = stackalloc float[Lanes.Count];
        for (var lane = 0; lane < Lanes.Count; lane++)
            lanes[lane] = (uint)(first + lane * stride) < (uint)width ? row[first + lane * stride] : 0;
        return Vector512.Load(lanes);
    }

    private struct ForwardBody : IParallelBody
    {
        public PoolingShape Shape;
        public float* X;
        public float* Y;
        public int* Indices;
        public bool Is2x2;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run(int plane, int worker)
        {
            var x = X + (nint)plane * (Shape.Height * Shape.Width);
            var output = (nint)plane * (Shape.OutputHeight * Shape.OutputWidth);
            if (Is2x2)
            {
                MaxPooling2x2.ForwardPlane(Shape, x, Y + output, Indices + output);
                return;
            }

            var taps = stackalloc Tap[Shape.KernelWidth];
            if (Shape.StrideX == 1)
                ForwardPlane<One>(Shape, x, Y + output, Indices + output, taps);
            else if (Shape.StrideX == 2)
                ForwardPlane<Two>(Shape, x, Y + output, Indices + output, taps);
            else
                ForwardPlane<AnyStride>(Shape, x, Y + output, Indices + output, taps);
        }
    }

    private struct BackwardBody : IParallelBody
    {
        public PoolingShape Shape;
        public float* Dy;
        public int* Indices;
        public float* Dx;
        public bool Is2x2;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run(int plane, int worker)
        {
            var outputs = Shape.OutputHeight * Shape.OutputWidth;
            var inputs = Shape.Height * Shape.Width;
            var output = (nint)plane * outputs;
            var dx = Dx + (nint)plane * inputs;
            if (Is2x2)
                MaxPooling2x2.BackwardPlane(Shape, Dy + output, Indices + output, dx);
            else
                ScatterPlane(Dy + output, Indices + output, outputs, dx, inputs);
        }
    }
}

/// <summary>A stride that the JIT does not know.</summary>
internal readonly struct AnyStride : ITileSize
{
    public static int Value => 0;
}
