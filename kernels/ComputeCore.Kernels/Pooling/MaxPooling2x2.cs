// Max pooling by windows of 2 x 2 that tile a plane, the pooling of most networks. Each work-item has a window: four reads, no loop,
// no test for an edge, one division as a product; so compilers for processors put a window into each lane of a vector. Backward the
// same work-item writes its four elements, since no other window has them.
//
// PoolingKernels.Max and MaxGradient are the readable versions, and these give their bits.
// Bytes per window: 16 in and 8 out, backward 8 in and 16 out.
using ComputeCore.Kernels.Mathematics;
using ILGPU;

namespace ComputeCore.Kernels.Pooling;

/// <summary>Maxima of windows of 2 x 2 side by side, and their gradient.</summary>
internal static partial class MaxPooling2x2
{
    /// <summary>The greatest element of each window, and its index h · W + w within the plane.</summary>
    /// <param name="x">[planes, 2 P, 2 Q].</param>
    /// <param name="y">[planes, P, Q].</param>
    /// <param name="indices">[planes, P, Q].</param>
    /// <param name="plane">How results are counted off.</param>
    /// <param name="count">The results.</param>
    [Kernel]
    public static void Max(ArrayView<float> x, ArrayView<float> y, ArrayView<int> indices, Windows plane, int count)
    {
        var i = FlatIndex.Get();
        if (i >= count)
            return;
        var row = QuickDivision.Quotient(i, plane.ColumnsMultiplier, plane.ColumnsShift);
        var image = QuickDivision.Quotient(row, plane.RowsMultiplier, plane.RowsShift);
        var (width, at) = (2 * plane.Columns, First(i, row, plane));
        var place = at - 4 * image * plane.Rows * plane.Columns;

        var best = x[at];
        var index = place;
        var value = x[at + 1];
        var replaces = value > best || DeviceMath.IsNaN(value);
        best = replaces ? value : best;
        index = replaces ? place + 1 : index;
        value = x[at + width];
        replaces = value > best || DeviceMath.IsNaN(value);
        best = replaces ? value : best;
        index = replaces ? place + width : index;
        value = x[at + width + 1];
        replaces = value > best || DeviceMath.IsNaN(value);
        y[i] = replaces ? value : best;
        indices[i] = replaces ? place + width + 1 : index;
    }

    /// <summary>The gradient: each result's goes to the element that was its maximum.</summary>
    /// <param name="dy">[planes, P, Q].</param>
    /// <param name="indices">[planes, P, Q].</param>
    /// <param name="dx">[planes, 2 P, 2 Q].</param>
    /// <param name="plane">How results are counted off.</param>
    /// <param name="count">The results.</param>
    [Kernel]
    public static void MaxGradient(ArrayView<float> dy, ArrayView<int> indices, ArrayView<float> dx, Windows plane, int count)
    {
        var i = FlatIndex.Get();
        if (i >= count)
            return;
        var row = QuickDivision.Quotient(i, plane.ColumnsMultiplier, plane.ColumnsShift);
        var image = QuickDivision.Quotient(row, plane.RowsMultiplier, plane.RowsShift);
        var (width, at) = (2 * plane.Columns, First(i, row, plane));
        var chosen = indices[i] + 4 * image * plane.Rows * plane.Columns - at;
        var gradient = dy[i];
        dx[at] = chosen == 0 ? gradient : 0;
        dx[at + 1] = chosen == 1 ? gradient : 0;
        dx[at + width] = chosen == width ? gradient : 0;
        dx[at + width + 1] = chosen == width + 1 ? gradient : 0;
    }

    // A row of results is two rows of elements.
    private static int First(int result, int row, Windows plane) => 2 * (result + row * plane.Columns);
}

/// <summary>Windows side by side in planes, and how to divide by their numbers.</summary>
internal struct Windows
{
    public int Rows;
    public int Columns;
    public int RowsMultiplier;
    public int RowsShift;
    public int ColumnsMultiplier;
    public int ColumnsShift;

    /// <summary>Planes of so many rows and columns of windows.</summary>
    public static Windows Of(int rows, int columns)
    {
        var (byRows, byColumns) = (QuickDivision.By(rows), QuickDivision.By(columns));
        return new()
        {
            Rows = rows,
            Columns = columns,
            RowsMultiplier = byRows.Multiplier,
            RowsShift = byRows.Shift,
            ColumnsMultiplier = byColumns.Multiplier,
            ColumnsShift = byColumns.Shift,
        };
    }
}
