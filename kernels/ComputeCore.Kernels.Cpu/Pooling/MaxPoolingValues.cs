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
// Planes are cut into strips of up to 64 windows, so that the line is short and what lies outside of the image is the same in all its rows.
// Meanwhile the next planes of x and y are fetched: with planes of 111 x 111 in memory that is 1.4 times as fast.
// Per 16 columns of the line KernelHeight loads, per 16 windows KernelWidth (strided) loads; bytes: x and y once each.

/// <summary>2-D max pooling, the maxima alone.</summary>
internal static unsafe class MaxPoolingValues
{
    // Windows of a row that are computed at a time: a line of at most some hundred columns, unless strides are long.
    private const int Windows = 4 * Lanes.Count;

    // Rows of windows whose lines are made before the first of them is read: a load waits for a store that it overlaps only in part.
    private const int Rows = 2;

    /// <summary>Writes each window's maximum to y.</summary>
    public static void Forward(WorkerPool pool, in PoolingShape shape, float* x, float* y) =>
        PlaneLoop.Run(pool, shape.Planes, shape.Height * shape.Width, new Body { Shape = shape, X = x, Y = y });

    // The windows [first, first + count) of all rows.
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void Strip<TColumn>(in PoolingShape shape, float* x, float* y, int first, int count, float* lines, int length)
        where TColumn : struct, IWindowColumn
    {
        var (kernelWidth, strideX, dilationX, outputWidth) = (shape.KernelWidth, shape.StrideX, shape.DilationX, shape.OutputWidth);
        var left = first * strideX - shape.PaddingLeft;
        var begin = Math.Max(0, left);
        var end = Math.Min(shape.Width, left + (count - 1) * strideX + (kernelWidth - 1) * dilationX + 1);
        var step = (nint)shape.DilationY * shape.Width;
        new Span<float>(lines, Rows * length).Fill(float.NegativeInfinity);

        // The strip's share of the next planes.
        var plane = (nint)shape.Height * shape.Width;
        var strips = Rounding.DivideUp(outputWidth, Windows);
        var linesOfRow = Rounding.DivideUp((int)plane, strips * shape.OutputHeight * Lanes.Count);
        var nextX = x + plane + plane / strips * (first / Windows);
        var nextY = y + (nint)shape.OutputHeight * outputWidth + first;
        y += first;
        for (var block = 0; block < shape.OutputHeight; block += Rows)
        {
            var rows = Math.Min(Rows, shape.OutputHeight - block);
            for (var r = 0; r < rows; r++)
            {
                // The window's rows inside of the image.
                var top = (block + r) * shape.StrideY - shape.PaddingTop;
                var above = top < 0 ? Rounding.DivideUp(-top, shape.DilationY) : 0;
                var inside = Math.Min(shape.KernelHeight, Rounding.DivideUp(shape.Height - top, shape.DilationY)) - above;
                var line = lines + r * length;
                if (inside > 0 && begin < end)
                    ColumnMaxima(x + (nint)(top + above * shape.DilationY) * shape.Width + begin, step, inside, end - begin, line + (begin - left));
                else
                    new Span<float>(line, length).Fill(float.NegativeInfinity);
            }

            for (var r = 0; r < rows; r++, y += outputWidth, nextX += linesOfRow * Lanes.Count, nextY += outputWidth)
            {
                Lanes.PrefetchFar(nextX, linesOfRow);
                Lanes.PrefetchFar(nextY, Rounding.DivideUp(count, Lanes.Count));
                WindowMaxima<TColumn>(lines + r * length, length, strideX, dilationX, kernelWidth, count, y);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void WindowMaxima<TColumn>(float* line, int length, int strideX, int dilationX, int kernelWidth, int count, float* y)
        where TColumn : struct, IWindowColumn
    {
        for (var q = 0; q < count; q += Lanes.Count)
        {
            var maxima = TColumn.Load(line, q * strideX, strideX, length);
            for (var s = 1; s < kernelWidth; s++)
                maxima = Vector512.Max(maxima, TColumn.Load(line, q * strideX + s * dilationX, strideX, length));
            if (count - q >= Lanes.Count)
                maxima.Store(y + q);
            else
                Lanes.Store(y + q, Lanes.First(count - q), maxima);
        }
    }

    // Of the columns [0, count) of some rows. Three rows at a time: where there are fewer, one counts twice.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void ColumnMaxima(float* x, nint step, int rows, int count, float* line)
    {
        var second = x + Math.Min(1, rows - 1) * step;
        var third = x + Math.Min(2, rows - 1) * step;
        for (var row = 3; ; row += 2)
        {
            var i = 0;
            for (; i <= count - Lanes.Count; i += Lanes.Count)
                Vector512.Max(Vector512.Max(Vector512.Load(x + i), Vector512.Load(second + i)), Vector512.Load(third + i)).Store(line + i);

            if (i < count)
            {
                var mask = Lanes.First(count - i);
                var maxima = Vector512.Max(Vector512.Max(Lanes.Load(x + i, mask), Lanes.Load(second + i, mask)), Lanes.Load(third + i, mask));
                Lanes.Store(line + i, mask, maxima);
            }

            if (row >= rows)
                return;
            second = third + step;
            third = second + Math.Min(1, rows - 1 - row) * step;
            x = line;
        }
    }

    private struct Body : IParallelBody
    {
        public PoolingShape Shape;
        public float* X;
        public float* Y;

        [SkipLocalsInit]
        [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
        public readonly void Run(int plane, int worker)
        {
            var x = X + (nint)plane * (Shape.Height * Shape.Width);
            var y = Y + (nint)plane * (Shape.OutputHeight * Shape.OutputWidth);
            if (MaxPooling2x2.Handles(Shape))
            {
                MaxPooling2x2.ForwardPlane(Shape, x, y, null);
                return;
            }

            // The last vector of windows reads on, behind the columns.
            var length = (Math.Min(Windows, Rounding.RoundUp(Shape.OutputWidth, Lanes.Count)) + Lanes.Count) * Shape.StrideX + (Shape.KernelWidth - 1) * Shape.DilationX + Lanes.Count;
            var lines = stackalloc float[Rows * length];
            for (var first = 0; first < Shape.OutputWidth; first += Windows)
            {
                var count = Math.Min(Windows, Shape.OutputWidth - first);
                if (Shape.StrideX == 1)
                    Strip<Adjacent>(Shape, x, y, first, count, lines, length);
                else if (Shape.StrideX == 2)
                    Strip<EverySecond>(Shape, x, y, first, count, lines, length);
                else
                    Strip<Far>(Shape, x, y, first, count, lines, length);
            }
        }
    }
}
