using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ComputeCore.Kernels.Cpu.Convolution;
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

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void ForwardPlane(in PoolingShape shape, float* x, float* y, int* indices)
    {
        for (var row = 0; row < shape.OutputHeight; row++, y += shape.OutputWidth, indices += shape.OutputWidth)
        {
            for (var column = 0; column < shape.OutputWidth; column += Lanes.Count)
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
                        var first = column * shape.StrideX - shape.PaddingLeft + s * shape.DilationX;
                        var columns = Vector512.Create(first) + Vector512<int>.Indices * shape.StrideX;
                        var inside = Vector512.LessThan(columns.AsUInt32(), Vector512.Create((uint)shape.Width)).AsSingle();
                        var value = LoadRow(x + start, first, shape.StrideX, shape.Width);
                        var take = inside & (Beats(value, best) | Vector512.LessThan(index, Vector512<int>.Zero).AsSingle());
                        best = Vector512.ConditionalSelect(take, value, best);
                        index = Vector512.ConditionalSelect(take.AsInt32(), columns + Vector512.Create(start), index);
                    }
                }

                var stored = Lanes.First(shape.OutputWidth - column);
                Lanes.Store(y + column, stored, best);
                Lanes.Store(indices + column, stored, index);
            }
        }
    }

    // Columns first, first + stride, … of a row; zero where they lie outside of it.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> LoadRow(float* row, int first, int stride, int width)
    {
        if (stride > 2)
            return LoadColumns(row, first, stride, width);
        var low = Lanes.Load(row + first, Lanes.First(width - first) & ~Lanes.First(-first));
        if (stride == 1)
            return low;
        var high = Lanes.Load(row + first + Lanes.Count, Lanes.First(width - first - Lanes.Count) & ~Lanes.First(-first - Lanes.Count));
        return Lanes.Permute(low, Vector512<int>.Indices * 2, high);
    }

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
                MaxPooling2x2.ForwardPlane(Shape, x, Y + output, Indices + output);
            else
                ForwardPlane(Shape, x, Y + output, Indices + output);
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
