// Pooling over planes, the last two axes: the greatest or the mean element of each window. One work-item makes one result and
// walks its window, so neighbours read neighbours; the gradients are gathered the same way, from the results whose windows see
// an element, so nothing is added atomically and the order of the sums is fixed.
//
// Which elements a window holds is a type of its own (IPoolingLine): windows that slide, and adaptive ones.
//
// Bytes: forward, each element once from memory and up to kernel / stride times from the cache, each result once; backward the
// same the other way. FLOPs: the window's elements per result.
using ComputeCore.Kernels.Mathematics;
using ILGPU;

namespace ComputeCore.Kernels.Pooling;

/// <summary>Maxima and means over windows of planes, and their gradients.</summary>
internal static partial class PoolingKernels
{
    /// <summary>
    /// The greatest element of each window, and its index h · W + w within the plane: the first one's where several are equal, and
    /// the last NaN's where there are any.
    /// </summary>
    /// <param name="x">[planes, H, W].</param>
    /// <param name="y">[planes, P, Q].</param>
    /// <param name="indices">[planes, P, Q].</param>
    /// <param name="rows">The windows' movement down the rows.</param>
    /// <param name="columns">The windows' movement along the columns.</param>
    /// <param name="count">The results.</param>
    [Kernel]
    [KernelInstance(typeof(SlidingLine))]
    [KernelInstance(typeof(AdaptiveLine))]
    public static void Max<TLine>(ArrayView<float> x, ArrayView<float> y, ArrayView<int> indices, TLine rows, TLine columns, int count)
        where TLine : unmanaged, IPoolingLine
    {
        var i = FlatIndex.Get();
        if (i >= count)
            return;
        var row = i / columns.Results;
        var plane = row / rows.Results;
        var (p, q) = (row - plane * rows.Results, i - row * columns.Results);
        var (rowEnd, first, end) = (rows.End(p), columns.First(q), columns.End(q));
        var start = plane * rows.Extent * columns.Extent;
        var best = 0f;
        var index = -1;
        for (var h = rows.First(p); h < rowEnd; h += rows.Step)
        {
            for (var w = first; w < end; w += columns.Step)
            {
                var place = h * columns.Extent + w;
                var value = x[start + place];
                if (index < 0 || value > best || DeviceMath.IsNaN(value))
                {
                    best = value;
                    index = place;
                }
            }
        }

        y[i] = best;
        indices[i] = index;
    }

    /// <summary>The gradient of <see cref="Max"/>: each element is given those of the results whose maximum it was.</summary>
    /// <param name="dy">[planes, P, Q].</param>
    /// <param name="indices">[planes, P, Q].</param>
    /// <param name="dx">[planes, H, W].</param>
    /// <param name="rows">The windows' movement down the rows.</param>
    /// <param name="columns">The windows' movement along the columns.</param>
    /// <param name="count">The elements of dx.</param>
    [Kernel]
    [KernelInstance(typeof(SlidingLine))]
    [KernelInstance(typeof(AdaptiveLine))]
    public static void MaxGradient<TLine>(ArrayView<float> dy, ArrayView<int> indices, ArrayView<float> dx, TLine rows, TLine columns, int count)
        where TLine : unmanaged, IPoolingLine
    {
        var i = FlatIndex.Get();
        if (i >= count)
            return;
        var row = i / columns.Extent;
        var plane = row / rows.Extent;
        var (h, w) = (row - plane * rows.Extent, i - row * columns.Extent);
        var (end, first, last) = (rows.EndResult(h), columns.FirstResult(w), columns.EndResult(w));
        var place = h * columns.Extent + w;
        var sum = 0f;
        for (var p = rows.FirstResult(h); p < end; p++)
        {
            for (var q = first; q < last; q++)
            {
                var result = (plane * rows.Results + p) * columns.Results + q;
                if (indices[result] == place)
                    sum += dy[result];
            }
        }

        dx[i] = sum;
    }

    /// <summary>The mean of each window.</summary>
    /// <param name="x">[planes, H, W].</param>
    /// <param name="y">[planes, P, Q].</param>
    /// <param name="rows">The windows' movement down the rows.</param>
    /// <param name="columns">The windows' movement along the columns.</param>
    /// <param name="count">The results.</param>
    [Kernel]
    [KernelInstance(typeof(SlidingLine))]
    [KernelInstance(typeof(AdaptiveLine))]
    public static void Average<TLine>(ArrayView<float> x, ArrayView<float> y, TLine rows, TLine columns, int count)
        where TLine : unmanaged, IPoolingLine
    {
        var i = FlatIndex.Get();
        if (i >= count)
            return;
        var row = i / columns.Results;
        var plane = row / rows.Results;
        var (p, q) = (row - plane * rows.Results, i - row * columns.Results);
        var (rowEnd, first, end) = (rows.End(p), columns.First(q), columns.End(q));
        var start = plane * rows.Extent * columns.Extent;
        var sum = 0f;
        for (var h = rows.First(p); h < rowEnd; h += rows.Step)
            for (var w = first; w < end; w += columns.Step)
                sum += x[start + h * columns.Extent + w];
        y[i] = sum / (rows.Averaged(p) * columns.Averaged(q));
    }

    /// <summary>The gradient of <see cref="Average"/>: each result's is shared among the elements of its window.</summary>
    /// <param name="dy">[planes, P, Q].</param>
    /// <param name="dx">[planes, H, W].</param>
    /// <param name="rows">The windows' movement down the rows.</param>
    /// <param name="columns">The windows' movement along the columns.</param>
    /// <param name="count">The elements of dx.</param>
    [Kernel]
    [KernelInstance(typeof(SlidingLine))]
    [KernelInstance(typeof(AdaptiveLine))]
    public static void AverageGradient<TLine>(ArrayView<float> dy, ArrayView<float> dx, TLine rows, TLine columns, int count)
        where TLine : unmanaged, IPoolingLine
    {
        var i = FlatIndex.Get();
        if (i >= count)
            return;
        var row = i / columns.Extent;
        var plane = row / rows.Extent;
        var (h, w) = (row - plane * rows.Extent, i - row * columns.Extent);
        var (end, first, last) = (rows.EndResult(h), columns.FirstResult(w), columns.EndResult(w));
        var sum = 0f;
        for (var p = rows.FirstResult(h); p < end; p++)
        {
            if (!rows.Sees(p, h))
                continue;
            for (var q = first; q < last; q++)
                if (columns.Sees(q, w))
                    sum += dy[(plane * rows.Results + p) * columns.Results + q] / (rows.Averaged(p) * columns.Averaged(q));
        }

        dx[i] = sum;
    }
}
