// Adding by index: the gradients of the lookups. What meets at one place is added by one work-item in the order of the indices,
// so that there are no atomics and a repeated run gives the same bits.
//
// Parts ([outer, count, inner] added along the middle axis): equal indices are linked to lists first, each index to its next equal
// one; that takes count^2 / 2 comparisons, a trifle beside the parts, which are long. Then the head of each list walks it, for
// each element of the part. The result is cleared beforehand.
//
// Elements (ScatterAdd): each line along the axis is one work-item's, which goes through the line's indices. An index that is out of
// range makes the line's first element NaN, so that it is seen; parts with such an index are left out, since their lookup gave NaN.
using ComputeCore.Kernels.Mathematics;
using ILGPU;

namespace ComputeCore.Kernels.Indexing;

/// <summary>Elements and parts added to those of a tensor that indices name.</summary>
internal static partial class Accumulations
{
    private const int End = -1;
    private const int NoHead = -2;

    /// <summary>Links each index to the next equal one.</summary>
    /// <param name="indices">The indices.</param>
    /// <param name="heads">For the first of equal indices itself, else -2.</param>
    /// <param name="next">The place of the next equal index, or -1.</param>
    /// <param name="count">How many indices.</param>
    [Kernel]
    public static void LinkEqual(ArrayView<long> indices, ArrayView<int> heads, ArrayView<int> next, int count)
    {
        var i = FlatIndex.Get();
        if (i >= count)
            return;
        var index = indices[i];
        var earlier = i - 1;
        while (earlier >= 0 && indices[earlier] != index)
            earlier--;
        heads[i] = earlier < 0 ? i : NoHead;
        var later = i + 1;
        while (later < count && indices[later] != index)
            later++;
        next[i] = later < count ? later : End;
    }

    /// <summary>Clears floats.</summary>
    [Kernel]
    public static void Clear(ArrayView<float> y, int count)
    {
        var i = FlatIndex.Get();
        if (i < count)
            y[i] = 0f;
    }

    /// <summary>y[o, indices[k], i] = Σ source[o, k, i] over equal indices.</summary>
    /// <param name="source">[outer, indexCount, inner].</param>
    /// <param name="indices">[indexCount].</param>
    /// <param name="heads">From <see cref="LinkEqual"/>.</param>
    /// <param name="next">From <see cref="LinkEqual"/>.</param>
    /// <param name="y">[outer, extent, inner], cleared.</param>
    /// <param name="extent">The extent that the indices are of.</param>
    /// <param name="indexCount">How many there are.</param>
    /// <param name="inner">Elements of a part.</param>
    /// <param name="count">The source's elements.</param>
    [Kernel]
    public static void AddParts(
        ArrayView<float> source, ArrayView<long> indices, ArrayView<int> heads, ArrayView<int> next, ArrayView<float> y, int extent, int indexCount, int inner, int count)
    {
        var i = FlatIndex.Get();
        if (i >= count)
            return;
        var part = i / inner;
        var outer = part / indexCount;
        var k = part - outer * indexCount;
        var index = indices[k];
        if (heads[k] == NoHead || index < 0 || index >= extent)
            return;
        var element = i - part * inner;
        var sum = 0f;
        for (; k != End; k = next[k])
            sum += source[(outer * indexCount + k) * inner + element];
        y[(outer * extent + (int)index) * inner + element] = sum;
    }

    /// <summary>y[i, indices[i, j, k], k] += source[i, j, k] for the axis 1 of three; a work-item per line of indices along it.</summary>
    /// <param name="source">What is added.</param>
    /// <param name="indices">As many.</param>
    /// <param name="y">What it is added to.</param>
    /// <param name="axes">The indices' axes but the lines', from <see cref="StridedAxes.Table"/>: source strides in the indices, destination strides in y.</param>
    /// <param name="rank">How many axes.</param>
    /// <param name="lines">How many lines.</param>
    /// <param name="length">Indices of a line.</param>
    /// <param name="stride">How far apart they lie.</param>
    /// <param name="extent">The extent that they are of.</param>
    /// <param name="stridePlace">How far apart its places lie in y.</param>
    [Kernel]
    public static void AddAlongLines(
        ArrayView<float> source, ArrayView<long> indices, ArrayView<float> y, ArrayView<int> axes, int rank, int lines, int length, int stride, int extent, int stridePlace)
    {
        var rest = FlatIndex.Get();
        if (rest >= lines)
            return;
        var first = 0;
        var place = 0;
        for (var axis = 0; axis < rank; axis++)
        {
            var entry = axis * StridedAxes.Entry;
            var quotient = QuickDivision.Quotient(rest, axes[entry + 1], axes[entry + 2]);
            var coordinate = rest - quotient * axes[entry];
            first += coordinate * axes[entry + 3];
            place += coordinate * axes[entry + 4];
            rest = quotient;
        }

        for (var j = 0; j < length; j++)
        {
            var index = indices[first + j * stride];
            if (index >= 0 && index < extent)
                y[place + (int)index * stridePlace] += source[first + j * stride];
            else
                y[place] = float.NaN;
        }
    }
}
