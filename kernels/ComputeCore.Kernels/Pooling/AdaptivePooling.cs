// Pooling in windows that give planes of a certain size: result i of n sees the rows from ⌊i·H/n⌋ up to ⌈(i + 1)·H/n⌉. A
// work-item per result, or per input element for the gradients, which gather from the windows that see it.
using ComputeCore.Kernels.Mathematics;
using ILGPU;

namespace ComputeCore.Kernels.Pooling;

/// <summary>Adaptive pooling and its gradients.</summary>
internal static partial class AdaptivePooling
{
    /// <summary>Work-items of a group.</summary>
    public const int GroupSize = 64;

    /// <summary>The mean of each window.</summary>
    [Kernel]
    public static void AverageForward(ArrayView<float> x, ArrayView<float> y, int planes, int height, int width, int outputHeight, int outputWidth)
    {
        var i = Grid.IdxX * Group.DimX + Group.IdxX;
        if (i >= planes * outputHeight * outputWidth)
            return;
        var p = i / outputWidth % outputHeight;
        var q = i % outputWidth;
        var first = i / (outputWidth * outputHeight) * height * width;
        var top = PoolingWindow.AdaptiveStart(p, height, outputHeight);
        var bottom = PoolingWindow.AdaptiveEnd(p, height, outputHeight);
        var left = PoolingWindow.AdaptiveStart(q, width, outputWidth);
        var right = PoolingWindow.AdaptiveEnd(q, width, outputWidth);
        var sum = 0f;
        for (var row = top; row < bottom; row++)
        for (var column = left; column < right; column++)
            sum += x[first + row * width + column];
        y[i] = sum / ((bottom - top) * (right - left));
    }

    /// <summary>dx of the mean: for each element its share of the gradients of the windows that see it.</summary>
    [Kernel]
    public static void AverageBackward(ArrayView<float> dy, ArrayView<float> dx, int planes, int height, int width, int outputHeight, int outputWidth)
    {
        var i = Grid.IdxX * Group.DimX + Group.IdxX;
        if (i >= planes * height * width)
            return;
        var row = i / width % height;
        var column = i % width;
        var first = i / (width * height) * outputHeight * outputWidth;
        var endRow = PoolingWindow.AdaptiveLast(row, height, outputHeight);
        var endColumn = PoolingWindow.AdaptiveLast(column, width, outputWidth);
        var sum = 0f;
        for (var p = PoolingWindow.AdaptiveFirst(row, height, outputHeight); p < endRow; p++)
        for (var q = PoolingWindow.AdaptiveFirst(column, width, outputWidth); q < endColumn; q++)
        {
            var rows = PoolingWindow.AdaptiveEnd(p, height, outputHeight) - PoolingWindow.AdaptiveStart(p, height, outputHeight);
            var columns = PoolingWindow.AdaptiveEnd(q, width, outputWidth) - PoolingWindow.AdaptiveStart(q, width, outputWidth);
            sum += dy[first + p * outputWidth + q] / (rows * columns);
        }

        dx[i] = sum;
    }

    /// <summary>The first maximum of each window, or its last NaN, and the place of it within the plane.</summary>
    [Kernel]
    public static void MaxForward(ArrayView<float> x, ArrayView<float> y, ArrayView<int> indices, int planes, int height, int width, int outputHeight, int outputWidth)
    {
        var i = Grid.IdxX * Group.DimX + Group.IdxX;
        if (i >= planes * outputHeight * outputWidth)
            return;
        var p = i / outputWidth % outputHeight;
        var q = i % outputWidth;
        var first = i / (outputWidth * outputHeight) * height * width;
        var bottom = PoolingWindow.AdaptiveEnd(p, height, outputHeight);
        var left = PoolingWindow.AdaptiveStart(q, width, outputWidth);
        var right = PoolingWindow.AdaptiveEnd(q, width, outputWidth);
        var best = 0f;
        var index = -1;
        for (var row = PoolingWindow.AdaptiveStart(p, height, outputHeight); row < bottom; row++)
        for (var column = left; column < right; column++)
        {
            var value = x[first + row * width + column];
            if (index < 0 || value > best || DeviceMath.IsNaN(value))
            {
                best = value;
                index = row * width + column;
            }
        }

        y[i] = best;
        indices[i] = index;
    }

    /// <summary>dx of the maximum: for each element the gradients of the windows whose maximum it is.</summary>
    [Kernel]
    public static void MaxBackward(ArrayView<float> dy, ArrayView<int> indices, ArrayView<float> dx, int planes, int height, int width, int outputHeight, int outputWidth)
    {
        var i = Grid.IdxX * Group.DimX + Group.IdxX;
        if (i >= planes * height * width)
            return;
        var index = i % (height * width);
        var row = index / width;
        var column = index % width;
        var first = i / (width * height) * outputHeight * outputWidth;
        var endRow = PoolingWindow.AdaptiveLast(row, height, outputHeight);
        var endColumn = PoolingWindow.AdaptiveLast(column, width, outputWidth);
        var sum = 0f;
        for (var p = PoolingWindow.AdaptiveFirst(row, height, outputHeight); p < endRow; p++)
        for (var q = PoolingWindow.AdaptiveFirst(column, width, outputWidth); q < endColumn; q++)
        {
            var at = first + p * outputWidth + q;
            if (indices[at] == index)
                sum += dy[at];
        }

        dx[i] = sum;
    }
}
