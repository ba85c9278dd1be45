using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ComputeCore.Kernels.Cpu.Convolution;
using ComputeCore.Kernels.Cpu.Simd;
using ComputeCore.Kernels.Cpu.Threading;

namespace ComputeCore.Kernels.Cpu.Pooling;

// Max pooling without indices, which only training needs: a window's maximum is the maximum of its columns' maxima. Those of a row
// of windows are computed from contiguous vectors, into a line that lies in L1 with -∞ where columns lie outside of the image; the
// windows then take theirs from it. A NaN wins.
// The 2 x 2 window with stride 2 is MaxPooling2x2 without its indices, three times as fast.
// Per 16 columns of the line KernelHeight loads, per 16 windows KernelWidth (strided) loads; bytes: x and y once each.

/// <summary>2-D max pooling, the maxima alone.</summary>
internal static unsafe class MaxPoolingValues
{
    // Windows of a row that are computed at a time: a line of at most some hundred columns, unless strides are long.
    private const int Windows = 4 * Lanes.Count;

    /// <summary>Writes each window's maximum to y.</summary>
    public static void Forward(WorkerPool pool, in PoolingShape shape, float* x, float* y) =>
        PlaneLoop.Run(pool, shape.Planes, shape.Height * shape.Width, new Body { Shape = shape, X = x, Y = y });

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void Plane<TColumn>(in PoolingShape shape, float* x, float* y, float* line, int columns, int length)
        where TColumn : struct, IWindowColumn
    {
        for (var row = 0; row < shape.OutputHeight; row++, y += shape.OutputWidth)
        {
            var top = row * shape.StrideY - shape.PaddingTop;
            for (var window = 0; window < shape.OutputWidth; window += Windows)
            {
                var left = window * shape.StrideX - shape.PaddingLeft;
                for (var column = 0; column < columns; column += Lanes.Count)
                    ColumnMaxima(shape, x, top, left + column).Store(line + column);
                for (var q = 0; q < Math.Min(Windows, shape.OutputWidth - window); q += Lanes.Count)
                {
                    var first = q * shape.StrideX;
                    var maxima = TColumn.Load(line, first, shape.StrideX, length);
                    for (var s = 1; s < shape.KernelWidth; s++)
                        maxima = Vector512.Max(maxima, TColumn.Load(line, first + s * shape.DilationX, shape.StrideX, length));
                    Lanes.Store(y + window + q, Lanes.First(shape.OutputWidth - window - q), maxima);
                }
            }
        }
    }

    // Of 16 columns in the rows of a window.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> ColumnMaxima(in PoolingShape shape, float* x, int top, int column)
    {
        var maxima = Vector512.Create(float.NegativeInfinity);
        for (var r = 0; r < shape.KernelHeight; r++)
        {
            var h = top + r * shape.DilationY;
            if ((uint)h < (uint)shape.Height)
                maxima = Vector512.Max(maxima, Adjacent.Load(x + (nint)h * shape.Width, column, 1, shape.Width));
        }

        return maxima;
    }

    private struct Body : IParallelBody
    {
        public PoolingShape Shape;
        public float* X;
        public float* Y;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run(int plane, int worker)
        {
            var x = X + (nint)plane * (Shape.Height * Shape.Width);
            var y = Y + (nint)plane * (Shape.OutputHeight * Shape.OutputWidth);
            if (MaxPooling2x2.Handles(Shape))
            {
                MaxPooling2x2.ForwardPlane(Shape, x, y, null);
                return;
            }

            var columns = (Math.Min(Windows, Shape.OutputWidth) - 1) * Shape.StrideX + (Shape.KernelWidth - 1) * Shape.DilationX + 1;

            // The last vector of windows reads on, behind the columns.
            var length = columns + Lanes.Count * (Shape.StrideX + 1);
            var line = stackalloc float[length];
            if (Shape.StrideX == 1)
                Plane<Adjacent>(Shape, x, y, line, columns, length);
            else if (Shape.StrideX == 2)
                Plane<EverySecond>(Shape, x, y, line, columns, length);
            else
                Plane<Far>(Shape, x, y, line, columns, length);
        }
    }
}
