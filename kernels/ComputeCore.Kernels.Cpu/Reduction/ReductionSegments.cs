namespace ComputeCore.Kernels.Cpu.Reduction;

/// <summary>How a reduction is divided among workers: by its size only.</summary>
internal readonly struct ReductionSegments
{
    /// <summary>Columns that one item accumulates side by side, in 4 KiB of doubles.</summary>
    public const int ColumnsPerItem = 512;

    // A few microseconds of work.
    private const long ElementsPerItem = 32768;

    /// <summary>Divides a reduction.</summary>
    public ReductionSegments(in ReductionShape shape)
    {
        Groups = shape.Groups;
        ResultsPerGroup = shape.ResultsPerGroup;
        Length = shape.ElementsPerResult;
        var width = Math.Min(ColumnsPerItem, ResultsPerGroup);
        SegmentLength = Math.Max(1, ElementsPerItem / Math.Max(1, width));
        PerGroup = Math.Max(1, (Length + SegmentLength - 1) / SegmentLength);
        ColumnBlocks = (ResultsPerGroup + ColumnsPerItem - 1) / ColumnsPerItem;
        GroupsPerItem = PerGroup > 1 || ColumnBlocks > 1 ? 1 : Math.Max(1, ElementsPerItem / Math.Max(1, Length * width));
        Items = checked((int)((Groups + GroupsPerItem - 1) / GroupsPerItem * ColumnBlocks * PerGroup));
    }

    /// <summary>Groups in all.</summary>
    public long Groups { get; }

    /// <summary>Results of a group, side by side.</summary>
    public long ResultsPerGroup { get; }

    /// <summary>Elements of each result.</summary>
    public long Length { get; }

    /// <summary>Elements of each result in a segment, but for the last.</summary>
    public long SegmentLength { get; }

    /// <summary>Segments of a group.</summary>
    public long PerGroup { get; }

    /// <summary>Blocks of columns of a group.</summary>
    public long ColumnBlocks { get; }

    /// <summary>Small groups that are one item together.</summary>
    public long GroupsPerItem { get; }

    /// <summary>Work items in all.</summary>
    public int Items { get; }

    /// <summary>Bytes of the partial results, [group, segment, result]; none if every group is one segment.</summary>
    public long PartialBytes => PerGroup > 1 ? Groups * PerGroup * ResultsPerGroup * sizeof(double) : 0;

    /// <summary>The part of the groups, the segment and the block of columns that an item computes.</summary>
    public (long FirstGroup, long EndGroup, long Segment, long ColumnBlock) Item(int index)
    {
        var (rest, segment) = Math.DivRem(index, PerGroup);
        var (first, block) = Math.DivRem(rest, ColumnBlocks);
        return (first * GroupsPerItem, Math.Min(Groups, (first + 1) * GroupsPerItem), segment, block);
    }
}
