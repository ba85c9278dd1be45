using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ComputeCore.Kernels.Cpu.Convolution;
using ComputeCore.Kernels.Cpu.Simd;
using ComputeCore.Kernels.Cpu.Threading;

namespace ComputeCore.Kernels.Cpu.Pooling;

// Adaptive pooling: output i of `outputs` covers the inputs [floor(i * inputs / outputs), ceil((i + 1) * inputs / outputs)),
// PyTorch's bounds; neighbouring windows overlap where the sizes do not divide. A window as wide as the plane is one run of
// memory (global pooling). Bytes: 4 per input and output element.

/// <summary>The sizes of an adaptive pooling of planes [planes, H, W] -> [planes, outputH, outputW].</summary>
internal readonly record struct AdaptivePoolingShape(int Planes, int Height, int Width, int OutputHeight, int OutputWidth)
{
    /// <summary>The rows and columns of the window of one output, which lies at [row, column].</summary>
    public (int Top, int Bottom, int Left, int Right) Window(int row, int column) =>
        (First(row, Height, OutputHeight), End(row, Height, OutputHeight), First(column, Width, OutputWidth), End(column, Width, OutputWidth));

    private static int First(int i, int inputs, int outputs) => (int)((long)i * inputs / outputs);

    private static int End(int i, int inputs, int outputs) => (int)(((long)(i + 1) * inputs + outputs - 1) / outputs);
}

/// <summary>2-D adaptive average and max pooling.</summary>
internal static unsafe class AdaptivePooling
{
    /// <summary>y = the mean of each window.</summary>
    public static void AverageForward(WorkerPool pool, in AdaptivePoolingShape shape, float* x, float* y) =>
        PlaneLoop.Run(pool, shape.Planes, shape.Height * shape.Width, new AverageForwardBody { Shape = shape, X = x, Y = y });

    /// <summary>dx = the sum of dy / window size over the windows that hold an element.</summary>
    public static void AverageBackward(WorkerPool pool, in AdaptivePoolingShape shape, float* dy, float* dx) =>
        PlaneLoop.Run(pool, shape.Planes, shape.Height * shape.Width, new AverageBackwardBody { Shape = shape, Dy = dy, Dx = dx });

    /// <summary>y = the maximum of each window, indices its position h * W + w in the plane; ties and NaN as in <see cref="MaxPooling"/>.</summary>
    public static void MaxForward(WorkerPool pool, in AdaptivePoolingShape shape, float* x, float* y, int* indices) =>
        PlaneLoop.Run(
            pool, shape.Planes, shape.Height * shape.Width, new MaxForwardBody { Shape = shape, X = x, Y = y, Indices = indices });

    /// <summary>dx = the sum of dy over the windows whose maximum an element is.</summary>
    public static void MaxBackward(WorkerPool pool, in AdaptivePoolingShape shape, float* dy, int* indices, float* dx) =>
        PlaneLoop.Run(
            pool, shape.Planes, shape.Height * shape.Width, new MaxBackwardBody { Shape = shape, Dy = dy, Indices = indices, Dx = dx });

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static float Sum(float* x, int count)
    {
        var sum = Vector512<float>.Zero;
        for (var i = 0; i < count; i += Lanes.Count)
            sum += Lanes.Load(x + i, Lanes.First(count - i));
        return Vector512.Sum(sum);
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void Add(float* x, int count, float value)
    {
        for (var i = 0; i < count; i += Lanes.Count)
        {
            var inside = Lanes.First(count - i);
            Lanes.Store(x + i, inside, Lanes.Load(x + i, inside) + Vector512.Create(value));
        }
    }

    private struct AverageForwardBody : IParallelBody
    {
        public AdaptivePoolingShape Shape;
        public float* X;
        public float* Y;

        [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
        public readonly void Run(int plane, int worker)
        {
            var x = X + (nint)plane * (Shape.Height * Shape.Width);
            var y = Y + (nint)plane * (Shape.OutputHeight * Shape.OutputWidth);
            for (var row = 0; row < Shape.OutputHeight; row++)
            {
                for (var column = 0; column < Shape.OutputWidth; column++)
                {
                    var (top, bottom, left, right) = Shape.Window(row, column);
                    var size = (bottom - top) * (right - left);
                    var sum = 0f;
                    if (right - left == Shape.Width)
                        sum = Sum(x + top * Shape.Width, size);
                    else
                        for (var h = top; h < bottom; h++)
                            sum += Sum(x + h * Shape.Width + left, right - left);
                    *y++ = sum / size;
                }
            }
        }
    }

    private struct AverageBackwardBody : IParallelBody
    {
        public AdaptivePoolingShape Shape;
        public float* Dy;
        public float* Dx;

        [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
        public readonly void Run(int plane, int worker)
        {
            var dy = Dy + (nint)plane * (Shape.OutputHeight * Shape.OutputWidth);
            var dx = Dx + (nint)plane * (Shape.Height * Shape.Width);
            new Span<float>(dx, Shape.Height * Shape.Width).Clear();
            for (var row = 0; row < Shape.OutputHeight; row++)
            {
                for (var column = 0; column < Shape.OutputWidth; column++)
                {
                    var (top, bottom, left, right) = Shape.Window(row, column);
                    var share = *dy++ / ((bottom - top) * (right - left));
                    for (var h = top; h < bottom; h++)
                        Add(dx + h * Shape.Width + left, right - left, share);
                }
            }
        }
    }

    private struct MaxForwardBody : IParallelBody
    {
        public AdaptivePoolingShape Shape;
        public float* X;
        public float* Y;
        public int* Indices;

        [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
        public readonly void Run(int plane, int worker)
        {
            var x = X + (nint)plane * (Shape.Height * Shape.Width);
            var output = (nint)plane * (Shape.OutputHeight * Shape.OutputWidth);
            for (var row = 0; row < Shape.OutputHeight; row++)
            {
                for (var column = 0; column < Shape.OutputWidth; column++, output++)
                {
                    var (top, bottom, left, right) = Shape.Window(row, column);
                    var index = top * Shape.Width + left;
                    var best = float.NegativeInfinity;
                    for (var h = top; h < bottom; h++)
                    {
                        for (var w = left; w < right; w++)
                        {
                            var value = x[h * Shape.Width + w];
                            if (!(value > best || float.IsNaN(value)))
                                continue;
                            best = value;
                            index = h * Shape.Width + w;
                        }
                    }

                    Y[output] = best;
                    Indices[output] = index;
                }
            }
        }
    }

    private struct MaxBackwardBody : IParallelBody
    {
        public AdaptivePoolingShape Shape;
        public float* Dy;
        public int* Indices;
        public float* Dx;

        [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
        public readonly void Run(int plane, int worker)
        {
            var outputs = Shape.OutputHeight * Shape.OutputWidth;
            var inputs = Shape.Height * Shape.Width;
            var output = (nint)plane * outputs;
            MaxPooling.ScatterPlane(Dy + output, Indices + output, outputs, Dx + (nint)plane * inputs, inputs);
        }
    }
}
