// Average pooling by windows: a work-item per result, or per input element for the gradient, which gathers from the windows that
// see it. Bytes: 4 (planes H W + planes P Q) either way.
using ILGPU;

namespace ComputeCore.Kernels.Pooling;

/// <summary>Average pooling and its gradient.</summary>
internal static partial class AveragePooling
{
    /// <summary>Work-items of a group.</summary>
    public const int GroupSize = 64;

    /// <summary>The mean of each window.</summary>
    [Kernel]
    public static void Forward(ArrayView<float> x, ArrayView<float> y, PoolingShape shape)
    {
        var i = Grid.IdxX * Group.DimX + Group.IdxX;
        var outputs = shape.OutputHeight * shape.OutputWidth;
        if (i >= shape.Planes * outputs)
            return;
        var p = i % outputs / shape.OutputWidth;
        var q = i % shape.OutputWidth;
        var first = i / outputs * shape.Height * shape.Width;
        var top = p * shape.StrideY - shape.PaddingY;
        var left = q * shape.StrideX - shape.PaddingX;
        var sum = 0f;
        for (var row = top < 0 ? 0 : top; row < top + shape.KernelHeight && row < shape.Height; row++)
        for (var column = left < 0 ? 0 : left; column < left + shape.KernelWidth && column < shape.Width; column++)
            sum += x[first + row * shape.Width + column];
        y[i] = sum / Count(shape, p, q);
    }

    /// <summary>dx: for each element its share of the gradients of the windows that see it.</summary>
    [Kernel]
    public static void Backward(ArrayView<float> dy, ArrayView<float> dx, PoolingShape shape)
    {
        var i = Grid.IdxX * Group.DimX + Group.IdxX;
        var inputs = shape.Height * shape.Width;
        if (i >= shape.Planes * inputs)
            return;
        var row = i % inputs / shape.Width + shape.PaddingY;
        var column = i % shape.Width + shape.PaddingX;
        var first = i / inputs * shape.OutputHeight * shape.OutputWidth;
        var firstRow = PoolingWindow.First(row, shape.KernelHeight - 1, shape.StrideY);
        var endRow = PoolingWindow.End(row, shape.StrideY, shape.OutputHeight);
        var firstColumn = PoolingWindow.First(column, shape.KernelWidth - 1, shape.StrideX);
        var endColumn = PoolingWindow.End(column, shape.StrideX, shape.OutputWidth);
        var sum = 0f;
        for (var p = firstRow; p < endRow; p++)
        for (var q = firstColumn; q < endColumn; q++)
            sum += dy[first + p * shape.OutputWidth + q] / Count(shape, p, q);
        dx[i] = sum;
    }

    // What a window averages over: what hangs over beyond the padding does not count.
    private static int Count(PoolingShape shape, int p, int q) =>
        Extent(p * shape.StrideY - shape.PaddingY, shape.KernelHeight, shape.Height, shape.PaddingY, shape.CountPadding)
        * Extent(q * shape.StrideX - shape.PaddingX, shape.KernelWidth, shape.Width, shape.PaddingX, shape.CountPadding);

    private static int Extent(int start, int kernel, int extent, int padding, int countPadding)
    {
        var end = start + kernel;
        var last = countPadding != 0 ? extent + padding : extent;
        var first = countPadding != 0 || start > 0 ? start : 0;
        return (end < last ? end : last) - first;
    }
}
