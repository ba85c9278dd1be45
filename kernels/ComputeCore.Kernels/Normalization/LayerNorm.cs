// Layer normalization (Ba, Kiros, Hinton, 2016) of rows, a group per row, in three
// passes of which the later ones read caches: mean, variance, results. The variance is that of the deviations, not the difference
// of two large sums. Gradients: dx a group per row; those of weight and bias are sums down columns, in parts that the rows
// are cut into, added up in order afterwards (Sgemm.Gather).
// Bytes: 8 rows columns forward, 12 backward, and 8 for the columns' sums.
using ILGPU;

namespace ComputeCore.Kernels.Normalization;

/// <summary>Layer normalization of rows, and its gradients.</summary>
internal static partial class LayerNorm
{
    /// <summary>y = (x − mean) · rstd · weight + bias, where there are such; the grid is the rows.</summary>
    [Kernel]
    public static void Forward(
        ArrayView<float> x,
        ArrayView<float> weight,
        ArrayView<float> bias,
        ArrayView<float> y,
        ArrayView<float> mean,
        ArrayView<float> rstd,
        int columns,
        int hasWeight,
        int hasBias,
        float epsilon)
    {
        var shared = SharedMemory.Allocate<float>(GroupSum.GroupSize);
        var row = Grid.IdxX;
        var first = row * columns;
        var sum = 0f;
        for (var i = Group.IdxX; i < columns; i += GroupSum.GroupSize)
            sum += x[first + i];
        var m = GroupSum.Of(shared, sum) / columns;
        var squares = 0f;
        for (var i = Group.IdxX; i < columns; i += GroupSum.GroupSize)
            squares = MathF.FusedMultiplyAdd(x[first + i] - m, x[first + i] - m, squares);
        var r = 1 / MathF.Sqrt(GroupSum.Of(shared, squares) / columns + epsilon);
        for (var i = Group.IdxX; i < columns; i += GroupSum.GroupSize)
        {
            var value = (x[first + i] - m) * r;
            if (hasWeight != 0)
                value *= weight[i];
            y[first + i] = hasBias != 0 ? value + bias[i] : value;
        }

        if (Group.IdxX == 0)
        {
            mean[row] = m;
            rstd[row] = r;
        }
    }

    /// <summary>dx = rstd · (g − mean(g) − x̂ · mean(g · x̂)) with g = dy · weight and x̂ = (x − mean) · rstd; the grid is the rows.</summary>
    [Kernel]
    public static void Backward(
        ArrayView<float> dy, ArrayView<float> x, ArrayView<float> mean, ArrayView<float> rstd, ArrayView<float> weight, ArrayView<float> dx, int columns, int hasWeight)
    {
        var shared = SharedMemory.Allocate<float>(GroupSum.GroupSize);
        var row = Grid.IdxX;
        var first = row * columns;
        var m = mean[row];
        var r = rstd[row];
        var gradients = 0f;
        var products = 0f;
        for (var i = Group.IdxX; i < columns; i += GroupSum.GroupSize)
        {
            var g = hasWeight != 0 ? dy[first + i] * weight[i] : dy[first + i];
            gradients += g;
            products = MathF.FusedMultiplyAdd(g, (x[first + i] - m) * r, products);
        }

        var meanGradient = GroupSum.Of(shared, gradients) / columns;
        var meanProduct = GroupSum.Of(shared, products) / columns;
        for (var i = Group.IdxX; i < columns; i += GroupSum.GroupSize)
        {
            var g = hasWeight != 0 ? dy[first + i] * weight[i] : dy[first + i];
            dx[first + i] = r * (g - meanGradient - (x[first + i] - m) * r * meanProduct);
        }
    }

    /// <summary>
    /// A part of the sums down the columns: of dy · x̂ into <paramref name="dweight"/> and of dy into <paramref name="dbias"/>,
    /// each parts by columns. The grid is columns by parts, a work-item per column.
    /// </summary>
    [Kernel]
    public static void BackwardParameters(
        ArrayView<float> dy, ArrayView<float> x, ArrayView<float> mean, ArrayView<float> rstd, ArrayView<float> dweight, ArrayView<float> dbias, int rows, int columns, int partRows)
    {
        var column = Grid.IdxX * Group.DimX + Group.IdxX;
        var part = Grid.IdxY;
        if (column >= columns)
            return;
        var end = (part + 1) * partRows < rows ? (part + 1) * partRows : rows;
        var gradients = 0f;
        var products = 0f;
        for (var row = part * partRows; row < end; row++)
        {
            var g = dy[row * columns + column];
            gradients += g;
            products = MathF.FusedMultiplyAdd(g, (x[row * columns + column] - mean[row]) * rstd[row], products);
        }

        dweight[part * columns + column] = products;
        dbias[part * columns + column] = gradients;
    }
}
