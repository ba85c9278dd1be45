using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ComputeCore.Kernels.Cpu.Convolution;
using ComputeCore.Kernels.Cpu.Simd;
using ComputeCore.Kernels.Cpu.Threading;

namespace ComputeCore.Kernels.Cpu.Pooling;

// Average pooling over planes. Forward accumulates the window's taps into the output row, 16 columns at a time, and divides.
// Backward divides 16 gradients and adds them to each of their windows' taps, outputs in row-major order within a plane.
// The divisor follows PyTorch: with countIncludePad the window cut at the padded plane's end (H + padding), else the part
// of it inside the plane. Bytes: 4 per input and output element.

/// <summary>2-D average pooling; the shape's dilation must be 1 and its padding the same on opposite sides.</summary>
internal static unsafe class AveragePooling
{
    /// <summary>y = the sum of each window / its divisor.</summary>
    public static void Forward(WorkerPool pool, in PoolingShape shape, bool countIncludePad, float* x, float* y) =>
        PlaneLoop.Run(
            pool,
            shape.Planes,
            shape.Height * shape.Width,
            new ForwardBody { Shape = shape, CountIncludePad = countIncludePad, X = x, Y = y });

    /// <summary>dx = the sum of dy / divisor over the windows that hold an element.</summary>
    public static void Backward(WorkerPool pool, in PoolingShape shape, bool countIncludePad, float* dy, float* dx) =>
        PlaneLoop.Run(
            pool,
            shape.Planes,
            shape.Height * shape.Width,
            new BackwardBody { Shape = shape, CountIncludePad = countIncludePad, Dy = dy, Dx = dx });

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void ForwardPlane(in PoolingShape shape, bool countIncludePad, float* x, float* y)
    {
        new Span<float>(y, shape.OutputHeight * shape.OutputWidth).Clear();
        for (var row = 0; row < shape.OutputHeight; row++)
        {
            for (var r = 0; r < shape.KernelHeight; r++)
            {
                var h = row * shape.StrideY - shape.PaddingTop + r;
                if ((uint)h >= (uint)shape.Height)
                    continue;
                for (var s = 0; s < shape.KernelWidth; s++)
                {
                    var (first, end) = shape.ColumnsInside(s);
                    var tap = x + h * shape.Width - shape.PaddingLeft + s;
                    for (var column = first; column < end; column += Lanes.Count)
                    {
                        var inside = Lanes.First(end - column);
                        var value = Lanes.LoadStrided(tap + column * shape.StrideX, shape.StrideX, end - column);
                        Lanes.Store(y + column, inside, Lanes.Load(y + column, inside) + value);
                    }
                }
            }

            for (var column = 0; column < shape.OutputWidth; column += Lanes.Count)
            {
                var inside = Lanes.First(shape.OutputWidth - column);
                Lanes.Store(y + column, inside, Lanes.Load(y + column, inside) / Divisors(shape, countIncludePad, row, column));
            }

            y += shape.OutputWidth;
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void BackwardPlane(in PoolingShape shape, bool countIncludePad, float* dy, float* dx)
    {
        new Span<float>(dx, shape.Height * shape.Width).Clear();
        var lanes = stackalloc float[Lanes.Count];
        for (var row = 0; row < shape.OutputHeight; row++)
        {
            for (var column = 0; column < shape.OutputWidth; column += Lanes.Count)
            {
                var gradient = Lanes.Load(dy + column, Lanes.First(shape.OutputWidth - column))
                    / Divisors(shape, countIncludePad, row, column);
                gradient.Store(lanes);
                for (var r = 0; r < shape.KernelHeight; r++)
                {
                    var h = row * shape.StrideY - shape.PaddingTop + r;
                    if ((uint)h >= (uint)shape.Height)
                        continue;
                    for (var s = 0; s < shape.KernelWidth; s++)
                    {
                        var (first, end) = shape.ColumnsInside(s);
                        var tap = dx + h * shape.Width - shape.PaddingLeft + s;
                        end = Math.Min(end, column + Lanes.Count);
                        for (var c = Math.Max(first, column); c < end; c++)
                            tap[c * shape.StrideX] += lanes[c - column];
                    }
                }
            }

            dy += shape.OutputWidth;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Divisors(in PoolingShape shape, bool countIncludePad, int row, int column)
    {
        var top = row * shape.StrideY - shape.PaddingTop;
        var bottom = Math.Min(top + shape.KernelHeight, shape.Height + shape.PaddingTop);
        var left = (Vector512<int>.Indices + Vector512.Create(column)) * shape.StrideX - Vector512.Create(shape.PaddingLeft);
        var right = Vector512.Min(
            left + Vector512.Create(shape.KernelWidth), Vector512.Create(shape.Width + shape.PaddingLeft));
        if (!countIncludePad)
        {
            top = Math.Max(top, 0);
            bottom = Math.Min(bottom, shape.Height);
            left = Vector512.Max(left, Vector512<int>.Zero);
            right = Vector512.Min(right, Vector512.Create(shape.Width));
        }

        return Vector512.ConvertToSingle((right - left) * (bottom - top));
    }

    private struct ForwardBody : IParallelBody
    {
        public PoolingShape Shape;
        public bool CountIncludePad;
        public float* X;
        public float* Y;

        [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
        public readonly void Run(int plane, int worker) =>
            ForwardPlane(
                Shape,
                CountIncludePad,
                X + (nint)plane * (Shape.Height * Shape.Width),
                Y + (nint)plane * (Shape.OutputHeight * Shape.OutputWidth));
    }

    private struct BackwardBody : IParallelBody
    {
        public PoolingShape Shape;
        public bool CountIncludePad;
        public float* Dy;
        public float* Dx;

        [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
        public readonly void Run(int plane, int worker) =>
            BackwardPlane(
                Shape,
                CountIncludePad,
                Dy + (nint)plane * (Shape.OutputHeight * Shape.OutputWidth),
                Dx + (nint)plane * (Shape.Height * Shape.Width));
    }
}
