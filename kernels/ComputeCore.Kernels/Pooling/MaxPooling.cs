// Max pooling by windows: a work-item per result, which walks its window row by row. It remembers where in the plane the maximum
// lay; the gradient of an input element gathers from the windows that see it, in order, where they remembered it, so that no
// two work-items write to one place.
// Bytes: 4 (planes H W + 2 planes P Q) either way; windows that overlap are read from caches.
using ComputeCore.Kernels.Mathematics;
using ILGPU;

namespace ComputeCore.Kernels.Pooling;

/// <summary>Max pooling and its gradient.</summary>
internal static partial class MaxPooling
{
    /// <summary>Work-items of a group.</summary>
    public const int GroupSize = 64;

    /// <summary>The first maximum of each window, or its last NaN, and the place of it within the plane.</summary>
    [Kernel]
    public static void Forward(ArrayView<float> x, ArrayView<float> y, ArrayView<int> indices, PoolingShape shape)
    {
        var i = Grid.IdxX * Group.DimX + Group.IdxX;
        var outputs = shape.OutputHeight * shape.OutputWidth;
        if (i >= shape.Planes * outputs)
            return;
        var plane = i / outputs;
        var p = i % outputs / shape.OutputWidth;
        var q = i % shape.OutputWidth;
        var first = plane * shape.Height * shape.Width;
        var best = 0f;
        var index = -1;
        for (var r = 0; r < shape.KernelHeight; r++)
        {
            var row = p * shape.StrideY - shape.PaddingY + r * shape.DilationY;
            for (var s = 0; s < shape.KernelWidth; s++)
            {
                var column = q * shape.StrideX - shape.PaddingX + s * shape.DilationX;
                if (row < 0 || row >= shape.Height || column < 0 || column >= shape.Width)
                    continue;
                var value = x[first + row * shape.Width + column];
                if (index < 0 || value > best || DeviceMath.IsNaN(value))
                {
                    best = value;
                    index = row * shape.Width + column;
                }
            }
        }

        y[i] = best;
        indices[i] = index;
    }

    /// <summary>dx: for each element the gradients of the windows whose maximum it is.</summary>
    [Kernel]
    public static void Backward(ArrayView<float> dy, ArrayView<int> indices, ArrayView<float> dx, PoolingShape shape)
    {
        var i = Grid.IdxX * Group.DimX + Group.IdxX;
        var inputs = shape.Height * shape.Width;
        if (i >= shape.Planes * inputs)
            return;
        var plane = i / inputs;
        var index = i % inputs;
        var row = index / shape.Width;
        var column = index % shape.Width;
        var first = plane * shape.OutputHeight * shape.OutputWidth;
        var firstRow = PoolingWindow.First(row + shape.PaddingY, (shape.KernelHeight - 1) * shape.DilationY, shape.StrideY);
        var endRow = PoolingWindow.End(row + shape.PaddingY, shape.StrideY, shape.OutputHeight);
        var firstColumn = PoolingWindow.First(column + shape.PaddingX, (shape.KernelWidth - 1) * shape.DilationX, shape.StrideX);
        var endColumn = PoolingWindow.End(column + shape.PaddingX, shape.StrideX, shape.OutputWidth);
        var sum = 0f;
        for (var p = firstRow; p < endRow; p++)
        for (var q = firstColumn; q < endColumn; q++)
        {
            var at = first + p * shape.OutputWidth + q;
            if (indices[at] == index)
                sum += dy[at];
        }

        dx[i] = sum;
    }
}
