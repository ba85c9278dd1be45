// Rows written into a cache: a work-item per element of the rows. Bytes: 8 per element of the rows, whatever the cache's size.
using ILGPU;

namespace ComputeCore.Kernels.Indexing;

/// <summary>Rows that replace those of a larger tensor.</summary>
internal static partial class RowWrites
{
    /// <summary>y[b, positions[b] + t, i] = rows[b, t, i], where there is such a row.</summary>
    /// <param name="rows">[batch, length, inner].</param>
    /// <param name="positions">[batch].</param>
    /// <param name="y">[batch, capacity, inner], the cache.</param>
    /// <param name="length">Rows of a sequence.</param>
    /// <param name="capacity">Rows of a sequence in the cache.</param>
    /// <param name="inner">Elements of a row.</param>
    /// <param name="count">Elements of all rows.</param>
    [Kernel]
    [KernelInstance(typeof(byte))]
    [KernelInstance(typeof(int))]
    [KernelInstance(typeof(long))]
    public static void Write<T>(ArrayView<T> rows, ArrayView<int> positions, ArrayView<T> y, int length, int capacity, int inner, int count)
        where T : unmanaged
    {
        var i = FlatIndex.Get();
        if (i >= count)
            return;
        var line = i / inner;
        var batch = line / length;
        var row = (long)positions[batch] + (line - batch * length);
        if (row >= 0 && row < capacity)
            y[(batch * capacity + (int)row) * inner + (i - line * inner)] = rows[i];
    }
}
