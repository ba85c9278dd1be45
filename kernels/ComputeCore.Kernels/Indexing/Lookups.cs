// Reading by index. Work-items walk the result, so that neighbours write neighbours; an index that is out of range reads nothing
// and gives NaN, or 0 where the elements are integers: what it spoils is seen.
//
// Bytes: each result once, and what it reads.
using ComputeCore.Kernels.Mathematics;
using ILGPU;

namespace ComputeCore.Kernels.Indexing;

/// <summary>Elements and parts of tensors, chosen by indices.</summary>
internal static partial class Lookups
{
    /// <summary>y[o, k, i] = x[o, indices[k], i].</summary>
    /// <param name="x">[outer, extent, inner].</param>
    /// <param name="indices">[indexCount].</param>
    /// <param name="missing">One element: what an index out of range gives.</param>
    /// <param name="y">[outer, indexCount, inner].</param>
    /// <param name="extent">The extent that the indices are of.</param>
    /// <param name="indexCount">How many there are.</param>
    /// <param name="inner">Elements of a part.</param>
    /// <param name="count">The result's elements.</param>
    [Kernel]
    [KernelInstance(typeof(byte))]
    [KernelInstance(typeof(int))]
    [KernelInstance(typeof(long))]
    public static void SelectParts<T>(ArrayView<T> x, ArrayView<long> indices, ArrayView<T> missing, ArrayView<T> y, int extent, int indexCount, int inner, int count)
        where T : unmanaged
    {
        var i = FlatIndex.Get();
        if (i >= count)
            return;
        var part = i / inner;
        var outer = part / indexCount;
        var index = indices[part - outer * indexCount];
        var element = missing[0];
        if (index >= 0 && index < extent)
            element = x[(outer * extent + (int)index) * inner + (i - part * inner)];
        y[i] = element;
    }

    /// <summary>y[i, j, k] = x[i, indices[i, j, k], k] for the axis 1 of three.</summary>
    /// <param name="x">The elements.</param>
    /// <param name="indices">As many as results.</param>
    /// <param name="missing">One element: what an index out of range gives.</param>
    /// <param name="y">The results.</param>
    /// <param name="axes">The result's axes, whose source strides are those of x, from <see cref="StridedAxes.Table"/>, the axis's own being 0.</param>
    /// <param name="rank">How many axes.</param>
    /// <param name="extent">The extent that the indices are of.</param>
    /// <param name="stride">Its stride in x.</param>
    /// <param name="count">The result's elements.</param>
    [Kernel]
    [KernelInstance(typeof(byte))]
    [KernelInstance(typeof(int))]
    [KernelInstance(typeof(long))]
    public static void Gather<T>(ArrayView<T> x, ArrayView<long> indices, ArrayView<T> missing, ArrayView<T> y, ArrayView<int> axes, int rank, int extent, int stride, int count)
        where T : unmanaged
    {
        var i = FlatIndex.Get();
        if (i >= count)
            return;
        var rest = i;
        var source = 0;
        for (var axis = 0; axis < rank; axis++)
        {
            var entry = axis * StridedAxes.Entry;
            var quotient = QuickDivision.Quotient(rest, axes[entry + 1], axes[entry + 2]);
            source += (rest - quotient * axes[entry]) * axes[entry + 3];
            rest = quotient;
        }

        var index = indices[i];
        var element = missing[0];
        if (index >= 0 && index < extent)
            element = x[source + (int)index * stride];
        y[i] = element;
    }

    /// <summary>y[i, c] = 1 where c = indices[i], else 0; NaN for an index that is no class.</summary>
    [Kernel]
    public static void OneHot(ArrayView<long> indices, ArrayView<float> y, int classes, int count)
    {
        var i = FlatIndex.Get();
        if (i >= count)
            return;
        var row = i / classes;
        var index = indices[row];
        y[i] = index < 0 || index >= classes ? float.NaN : index == i - row * classes ? 1f : 0f;
    }
}
