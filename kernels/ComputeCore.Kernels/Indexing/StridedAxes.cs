using ComputeCore.Kernels.Mathematics;

namespace ComputeCore.Kernels.Indexing;

/// <summary>An axis of a copy: its extent, and how far apart neighbours along it lie in the source and in the destination.</summary>
internal readonly record struct StridedAxis(int Extent, int Source, int Destination);

/// <summary>
/// The axes of a copy between two layouts, outermost first, in as few as possible: axes of extent 1 are dropped, and neighbours
/// that both layouts walk in one stride are joined.
/// </summary>
internal sealed class StridedAxes
{
    /// <summary>Table entries of an axis: extent, multiplier and shift of the division by it, and both strides.</summary>
    public const int Entry = 5;

    private readonly List<StridedAxis> axes = [];

    /// <summary>The axes left.</summary>
    public IReadOnlyList<StridedAxis> Axes => axes;

    /// <summary>How many elements are copied.</summary>
    public int Count => axes.Aggregate(1, (count, axis) => checked(count * axis.Extent));

    /// <summary>Finds the least axes.</summary>
    /// <param name="extents">How many elements along each axis, at least 1.</param>
    /// <param name="source">How far apart they lie in the source; 0 repeats one.</param>
    /// <param name="destination">How far apart they lie in the destination.</param>
    public static StridedAxes Of(ReadOnlySpan<int> extents, ReadOnlySpan<int> source, ReadOnlySpan<int> destination)
    {
        var result = new StridedAxes();
        for (var axis = 0; axis < extents.Length; axis++)
            result.Add(new StridedAxis(extents[axis], source[axis], destination[axis]));
        return result;
    }

    /// <summary>The axes but for two.</summary>
    public StridedAxes Without(StridedAxis a, StridedAxis b)
    {
        var others = new StridedAxes();
        others.axes.AddRange(axes.Where(axis => axis != a && axis != b));
        return others;
    }

    /// <summary>The axes as kernels read them, from the innermost outward; never empty.</summary>
    public int[] Table()
    {
        var table = new List<int>();
        foreach (var axis in axes.Count == 0 ? [new StridedAxis(1, 0, 0)] : axes.AsEnumerable().Reverse())
        {
            var division = QuickDivision.By(axis.Extent);
            table.AddRange([axis.Extent, division.Multiplier, division.Shift, axis.Source, axis.Destination]);
        }

        return [.. table];
    }

    private void Add(StridedAxis axis)
    {
        if (axis.Extent == 1)
            return;
        if (axes.Count > 0 && axes[^1].Source == axis.Source * axis.Extent && axes[^1].Destination == axis.Destination * axis.Extent)
            axes[^1] = axis with { Extent = checked(axes[^1].Extent * axis.Extent) };
        else
            axes.Add(axis);
    }
}
