// Adding by index: the gradients of the lookups. What meets at one place is added by one work-item in the order of the indices,
// so that there are no atomics and a repeated run gives the same bits.
//
// Places are sorted first, each as a number whose upper half is the place and whose lower half says which index: equal places become
// neighbours in the order of the indices (Sorting). Then whoever has the first of a run walks it:
//
//   Parts ([outer, count, inner] added along the middle axis): PartKeys, sort, AddParts, for each element of the part. The result
//   holds beforehand what they are added to.
//   Elements (ScatterAdd): ElementKeys, sort, AddElements. Where lines along the axis are many, AddAlongLines needs no sorting: each
//   line is one work-item's, which goes through the line's indices.
//
// An index that is out of range makes its line's first element NaN, so that it is seen; parts with such an index are left out, since
// their lookup gave NaN.
//
// Bytes: parts 8 per element of the source and 4 per element of the result; elements 24 and what sorting takes.
using ComputeCore.Kernels.Mathematics;
using ILGPU;

namespace ComputeCore.Kernels.Indexing;

/// <summary>Elements and parts added to those of a tensor that indices name.</summary>
internal static partial class Accumulations
{
    // Of the lower half of a key: the index is out of range.
    private const int Invalid = 1 << 30;

    /// <summary>The keys of indices of parts; those out of range have the place <paramref name="extent"/>.</summary>
    [Kernel]
    public static void PartKeys(ArrayView<long> indices, ArrayView<long> keys, int extent, int count)
    {
        var i = FlatIndex.Get();
        if (i >= count)
            return;
        var index = indices[i];
        keys[i] = Key(index < 0 || index >= extent ? extent : (int)index, i);
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
    /// <param name="keys">Of the indices, sorted.</param>
    /// <param name="y">[outer, extent, inner], cleared.</param>
    /// <param name="extent">The extent that the indices are of.</param>
    /// <param name="indexCount">How many there are.</param>
    /// <param name="inner">Elements of a part.</param>
    /// <param name="count">The source's elements.</param>
    [Kernel]
    public static void AddParts(ArrayView<float> source, ArrayView<long> keys, ArrayView<float> y, int extent, int indexCount, int inner, int count)
    {
        var i = FlatIndex.Get();
        if (i >= count)
            return;
        var part = i / inner;
        var outer = part / indexCount;
        var k = part - outer * indexCount;
        var place = PlaceOf(keys[k]);
        if (place == extent || !IsFirst(keys, k, place))
            return;
        var element = i - part * inner;
        var at = (outer * extent + place) * inner + element;
        var sum = y[at];
        for (; k < indexCount && PlaceOf(keys[k]) == place; k++)
            sum += source[(outer * indexCount + IndexOf(keys[k])) * inner + element];
        y[at] = sum;
    }

    /// <summary>The keys of indices of elements along lines.</summary>
    /// <param name="indices">The indices.</param>
    /// <param name="keys">As many.</param>
    /// <param name="axes">The indices' axes, from <see cref="StridedAxes.Table"/>: destination strides in y, the lines' own being 0.</param>
    /// <param name="rank">How many axes.</param>
    /// <param name="extent">The extent that the indices are of.</param>
    /// <param name="stridePlace">How far apart its places lie in y.</param>
    /// <param name="count">How many indices.</param>
    [Kernel]
    public static void ElementKeys(ArrayView<long> indices, ArrayView<long> keys, ArrayView<int> axes, int rank, int extent, int stridePlace, int count)
    {
        var i = FlatIndex.Get();
        if (i >= count)
            return;
        var rest = i;
        var place = 0;
        for (var axis = 0; axis < rank; axis++)
        {
            var entry = axis * StridedAxes.Entry;
            var quotient = QuickDivision.Quotient(rest, axes[entry + 1], axes[entry + 2]);
            place += (rest - quotient * axes[entry]) * axes[entry + 4];
            rest = quotient;
        }

        var index = indices[i];
        var isValid = index >= 0 && index < extent;
        keys[i] = Key(isValid ? place + (int)index * stridePlace : place, isValid ? i : i + Invalid);
    }

    /// <summary>y[place] += source[i] for all keys, sorted; NaN where the index is out of range.</summary>
    [Kernel]
    public static void AddElements(ArrayView<float> source, ArrayView<long> keys, ArrayView<float> y, int count)
    {
        var k = FlatIndex.Get();
        if (k >= count)
            return;
        var place = PlaceOf(keys[k]);
        if (!IsFirst(keys, k, place))
            return;
        var sum = y[place];
        for (; k < count && PlaceOf(keys[k]) == place; k++)
        {
            var i = IndexOf(keys[k]);
            sum += i >= Invalid ? float.NaN : source[i];
        }

        y[place] = sum;
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

    private static long Key(int place, int index) => ((long)place << 32) + index;

    private static int PlaceOf(long key) => (int)(key >> 32);

    private static int IndexOf(long key) => unchecked((int)key);

    private static bool IsFirst(ArrayView<long> keys, int k, int place) => k == 0 || PlaceOf(keys[k > 0 ? k - 1 : 0]) != place;
}
