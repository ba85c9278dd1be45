// RMS normalization (Zhang, Sennrich, "Root Mean Square Layer Normalization", 2019) of rows, a group per row, in two passes of which
// the second reads caches. Gradients: dx a group per row; that of the weight is a sum down columns, in parts that the rows are cut
// into, added up in order afterwards (Sgemm.Gather).
// Bytes: 8 rows columns forward, 12 backward, and 8 for the columns' sums.
using ILGPU;

namespace ComputeCore.Kernels.Normalization;

/// <summary>RMS normalization of rows, and its gradients.</summary>
internal static partial class RmsNorm
{
    /// <summary>y = x · rstd · weight, where there is one, with rstd = 1 / √(mean(x²) + ε); the grid is the rows.</summary>
    [Kernel]
    public static void Forward(ArrayView<float> x, ArrayView<float> weight, ArrayView<float> y, ArrayView<float> rstd, int columns, int hasWeight, float epsilon)
    {
        var shared = SharedMemory.Allocate<float>(GroupSum.GroupSize);
        var row = Grid.IdxX;
        var first = row * columns;
        var squares = 0f;
        for (var i = Group.IdxX; i < columns; i += GroupSum.GroupSize)
            squares = MathF.FusedMultiplyAdd(x[first + i], x[first + i], squares);
        var r = 1 / MathF.Sqrt(GroupSum.Of(shared, squares) / columns + epsilon);
        for (var i = Group.IdxX; i < columns; i += GroupSum.GroupSize)
        {
            var value = x[first + i] * r;
            y[first + i] = hasWeight != 0 ? value * weight[i] : value;
        }

        if (Group.IdxX == 0)
            rstd[row] = r;
    }

    /// <summary>dx = rstd · (g − x̂ · mean(g · x̂)) with g = dy · weight and x̂ = x · rstd; the grid is the rows.</summary>
    [Kernel]
    public static void Backward(ArrayView<float> dy, ArrayView<float> x, ArrayView<float> rstd, ArrayView<float> weight, ArrayView<float> dx, int columns, int hasWeight)
    {
        var shared = SharedMemory.Allocate<float>(GroupSum.GroupSize);
        var row = Grid.IdxX;
        var first = row * columns;
        var r = rstd[row];
        var products = 0f;
        for (var i = Group.IdxX; i < columns; i += GroupSum.GroupSize)
        {
            var g = hasWeight != 0 ? dy[first + i] * weight[i] : dy[first + i];
            products = MathF.FusedMultiplyAdd(g, x[first + i] * r, products);
        }

        var meanProduct = GroupSum.Of(shared, products) / columns;
        for (var i = Group.IdxX; i < columns; i += GroupSum.GroupSize)
        {
            var g = hasWeight != 0 ? dy[first + i] * weight[i] : dy[first + i];
            dx[first + i] = r * (g - x[first + i] * r * meanProduct);
        }
    }

    /// <summary>A part of the sums down the columns of dy · x̂, parts by columns. The grid is columns by parts, a work-item per column.</summary>
    [Kernel]
    public static void BackwardWeight(ArrayView<float> dy, ArrayView<float> x, ArrayView<float> rstd, ArrayView<float> dweight, int rows, int columns, int partRows)
    {
        var column = Grid.IdxX * Group.DimX + Group.IdxX;
        var part = Grid.IdxY;
        if (column >= columns)
            return;
        var end = (part + 1) * partRows < rows ? (part + 1) * partRows : rows;
        var products = 0f;
        for (var row = part * partRows; row < end; row++)
            products = MathF.FusedMultiplyAdd(dy[row * columns + column], x[row * columns + column] * rstd[row], products);
        dweight[part * columns + column] = products;
    }
}
