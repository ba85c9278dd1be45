using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ComputeCore.Kernels.Cpu.Convolution;
using ComputeCore.Kernels.Cpu.Simd;
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
    private static void ForwardPlane<TColumn>(in PoolingShape shape, float* x, float* y, int* indices)
        where TColumn : struct, IWindowColumn
    {
        for (var column = 0; column < shape.OutputWidth; column += Lanes.Count)
        {
            var left = column * shape.StrideX - shape.PaddingLeft;
            var lanes = Vector512.Create(left) + Vector512<int>.Indices * shape.StrideX;
            var stored = Lanes.First(shape.OutputWidth - column);
            for (var row = 0; row < shape.OutputHeight; row++)
            {
                var top = row * shape.StrideY - shape.PaddingTop;
                var best = Vector512.Create(float.NegativeInfinity);
                // Where nothing beats −∞, the window's first element inside the plane has it.
                var index = FirstInside(lanes, shape.DilationX) + Vector512.Create(FirstInside(top, shape.DilationY) * shape.Width);
                for (var h = top; h < Math.Min(shape.Height, top + shape.KernelHeight * shape.DilationY); h += shape.DilationY)
                {
                    if (h < 0)
                        continue;
                    var here = lanes + Vector512.Create(h * shape.Width);
                    for (var s = 0; s < shape.KernelWidth * shape.DilationX; s += shape.DilationX)
                    {
                        var value = TColumn.Load(x + (nint)h * shape.Width, left + s, shape.StrideX, shape.Width);
                        var take = Beats(value, best);
                        best = Vector512.ConditionalSelect(take, value, best);
                        index = Vector512.ConditionalSelect(take.AsInt32(), here + Vector512.Create(s), index);
                    }
                }

                Lanes.Store(y + row * shape.OutputWidth + column, stored, best);
                Lanes.Store(indices + row * shape.OutputWidth + column, stored, index);
            }
        }
    }

    private static int FirstInside(int position, int dilation) => position >= 0 ? position : position + (dilation - 1 - position) / dilation * dilation;

    private static Vector512<int> FirstInside(Vector512<int> positions, int dilation)
    {
        var first = positions;
        while (Vector512.LessThanAny(first, Vector512<int>.Zero))
            first = Vector512.ConditionalSelect(Vector512.LessThan(first, Vector512<int>.Zero), first + Vector512.Create(dilation), first);
        return first;
    }

    private struct ForwardBody : IParallelBody
    {
        public PoolingShape Shape;
        public float* X;
        public float* Y;
        public int* Indices;
        public bool Is2x2;

        [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
        public readonly void Run(int plane, int worker)
        {
            var x = X + (nint)plane * (Shape.Height * Shape.Width);
            var output = (nint)plane * (Shape.OutputHeight * Shape.OutputWidth);
            if (Is2x2)
                MaxPooling2x2.ForwardPlane(Shape, x, Y + output, Indices + output);
            else if (Shape.StrideX == 1)
                ForwardPlane<Adjacent>(Shape, x, Y + output, Indices + output);
            else if (Shape.StrideX == 2)
                ForwardPlane<EverySecond>(Shape, x, Y + output, Indices + output);
            else
                ForwardPlane<Far>(Shape, x, Y + output, Indices + output);
        }
    }

    private struct BackwardBody : IParallelBody
    {
        public PoolingShape Shape;
        public float* Dy;
        public int* Indices;
        public float* Dx;
        public bool Is2x2;

        [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
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
