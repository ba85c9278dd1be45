using ILGPU;

namespace ComputeCore.Kernels;

/// <summary>
/// Work-items counted through: groups lie in rows of at most <see cref="GroupsInRow"/>, since devices bound each dimension of a grid.
/// </summary>
internal static class FlatIndex
{
    /// <summary>Work-items of a group.</summary>
    public const int GroupSize = 256;

    // What Vulkan promises; CUDA and OpenCL allow more.
    private const int GroupsInRow = 65535;

    /// <summary>The most elements that a kernel is launched over: their number, and those of a last row's surplus, are ints.</summary>
    public const int MaximumCount = int.MaxValue - GroupsInRow * GroupSize;

    /// <summary>The number of this work-item in a grid from <see cref="GridFor"/>; the last ones lie beyond the count.</summary>
    public static int Get() => (Grid.IdxY * Grid.DimX + Grid.IdxX) * Group.DimX + Group.IdxX;

    /// <summary>The groups that cover a number of work-items.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There are more than <see cref="MaximumCount"/>.</exception>
    public static Extent GridFor(long count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, MaximumCount);
        var groups = Extent.Cover(count, GroupSize);
        var rows = Extent.Cover(groups, GroupsInRow);
        return new Extent(Extent.Cover(groups, rows), rows);
    }
}
