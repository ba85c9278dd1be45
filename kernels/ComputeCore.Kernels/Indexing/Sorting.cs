// Sorts numbers that are all different, as keys for adding by index in a fixed order.
//   SortBlocks   a group per 256 numbers: each work-item counts how many of them are less than its own
//   Merge        pairs of sorted runs: the place of a number is that in its own run and, by binary search, that in the other
// FLOPs: 256 count comparisons, then log₂(run) count in each of log₂(count / 256) merges; bytes 16 count each time.
using ILGPU;

namespace ComputeCore.Kernels.Indexing;

/// <summary>Sorting on the device.</summary>
internal static partial class Sorting
{
    /// <summary>Numbers of a run that <see cref="SortBlocks"/> makes, and work-items of its groups.</summary>
    public const int BlockSize = FlatIndex.GroupSize;

    /// <summary>Sorts each block of 256.</summary>
    [Kernel]
    public static void SortBlocks(ArrayView<long> keys, ArrayView<long> sorted, int count)
    {
        var block = SharedMemory.Allocate<long>(BlockSize);
        var i = FlatIndex.Get();
        var key = long.MaxValue;
        if (i < count)
            key = keys[i];
        block[Group.IdxX] = key;
        Group.Barrier();
        var place = 0;
        for (var j = 0; j < BlockSize; j++)
            place += block[j] < key ? 1 : 0;
        if (i < count)
            sorted[i - Group.IdxX + place] = key;
    }

    /// <summary>Merges each two runs of a length.</summary>
    [Kernel]
    public static void Merge(ArrayView<long> keys, ArrayView<long> merged, int run, int count)
    {
        var i = FlatIndex.Get();
        if (i >= count)
            return;
        var key = keys[i];
        var own = i / run;
        var pair = own / 2 * 2 * run;
        var first = (own ^ 1) * run;
        var low = first < count ? first : count;
        var high = count - first < run ? count : first + run;
        first = low;
        while (low < high)
        {
            var middle = low + (high - low) / 2;
            if (keys[middle] < key)
                low = middle + 1;
            else
                high = middle;
        }

        merged[pair + (i - own * run) + (low - first)] = key;
    }

    /// <summary>The launches that sort.</summary>
    /// <param name="keys">What is sorted; overwritten.</param>
    /// <param name="other">As much memory.</param>
    /// <param name="count">How many; at least 1, and at most 2³⁰.</param>
    /// <param name="sorted">Where the sorted numbers are: one of the two.</param>
    public static List<KernelDispatch> Sort(DeviceView<long> keys, DeviceView<long> other, int count, out DeviceView<long> sorted)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, 1 << 30);
        var grid = FlatIndex.GridFor(count);
        List<KernelDispatch> dispatches = [Dispatch.SortBlocks(grid, BlockSize, keys, other, count)];
        var (source, target) = (other, keys);
        for (var run = BlockSize; run < count; run *= 2)
        {
            dispatches.Add(Dispatch.Merge(grid, FlatIndex.GroupSize, source, target, run, count));
            (source, target) = (target, source);
        }

        sorted = source;
        return dispatches;
    }
}
