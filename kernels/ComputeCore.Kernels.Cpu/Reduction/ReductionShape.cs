namespace ComputeCore.Kernels.Cpu.Reduction;

// A contiguous tensor with neighbouring kept dimensions and neighbouring reduced ones merged is an alternation of the two. Its
// last dimension, the run, is walked through memory; what precedes it are the groups (kept) and the rows of a group (reduced):
//   the run is reduced: a group has one result, of all the runs of its rows;      [N, C, HW] over N and HW: C groups of N rows
//   the run is kept:    a group has a result per position in the run.             [M, N] over M: one group of M rows of N

/// <summary>Which elements of a contiguous tensor are reduced to which results.</summary>
internal unsafe struct ReductionShape
{
    private const int MaxRank = 8;
    private int groupDimensions;
    private int rowDimensions;
    private fixed long groupExtents[MaxRank];
    private fixed long groupStrides[MaxRank];
    private fixed long rowExtents[MaxRank];
    private fixed long rowStrides[MaxRank];

    /// <summary>Reduces the dimensions <paramref name="axes"/> of a tensor of shape <paramref name="shape"/>, of rank 0 to 8.</summary>
    public ReductionShape(ReadOnlySpan<int> shape, ReadOnlySpan<int> axes)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(shape.Length, MaxRank, nameof(shape));
        Groups = Rows = RunLength = 1;
        var stride = 1L;
        var hasRun = false;
        for (var d = shape.Length - 1; d >= 0; d--)
        {
            var isReduced = axes.Contains(d);
            if (shape[d] != 1 && (!hasRun || (isReduced == RunIsReduced && stride == RunLength)))
            {
                hasRun = true;
                RunIsReduced = isReduced;
                RunLength *= shape[d];
            }
            else if (shape[d] != 1 && isReduced)
            {
                Append(ref rowDimensions, ref rowExtents[0], ref rowStrides[0], shape[d], stride);
                Rows *= shape[d];
            }
            else if (shape[d] != 1)
            {
                Append(ref groupDimensions, ref groupExtents[0], ref groupStrides[0], shape[d], stride);
                Groups *= shape[d];
            }

            stride *= shape[d];
        }
    }

    /// <summary>Groups of rows.</summary>
    public long Groups { get; }

    /// <summary>Rows in a group.</summary>
    public long Rows { get; }

    /// <summary>Elements of a row, which are contiguous.</summary>
    public long RunLength { get; }

    /// <summary>Whether a row is reduced to one result, rather than kept as one result per position.</summary>
    public bool RunIsReduced { get; }

    /// <summary>Results of a group.</summary>
    public readonly long ResultsPerGroup => RunIsReduced ? 1 : RunLength;

    /// <summary>Results in all.</summary>
    public readonly long Results => Groups * ResultsPerGroup;

    /// <summary>Elements that are reduced to one result.</summary>
    public readonly long ElementsPerResult => RunIsReduced ? Rows * RunLength : Rows;

    /// <summary>Elements of the tensor.</summary>
    public readonly long Elements => Groups * Rows * RunLength;

    /// <summary>Where a group begins.</summary>
    public readonly long GroupOffset(long group)
    {
        fixed (long* extents = groupExtents, strides = groupStrides)
            return Offset(group, extents, strides, groupDimensions);
    }

    /// <summary>Where a row begins in its group.</summary>
    public readonly long RowOffset(long row)
    {
        fixed (long* extents = rowExtents, strides = rowStrides)
            return Offset(row, extents, strides, rowDimensions);
    }

    // Dimensions stand innermost first; merged with the one before if they walk as one.
    private static void Append(ref int count, ref long extents, ref long strides, long extent, long stride)
    {
        fixed (long* e = &extents, s = &strides)
        {
            if (count > 0 && stride == s[count - 1] * e[count - 1])
            {
                e[count - 1] *= extent;
                return;
            }

            e[count] = extent;
            s[count] = stride;
            count++;
        }
    }

    private static long Offset(long index, long* extents, long* strides, int count)
    {
        var offset = 0L;
        for (var d = 0; d < count - 1; d++)
        {
            (index, var position) = Math.DivRem(index, extents[d]);
            offset += position * strides[d];
        }

        return count == 0 ? 0 : offset + (index * strides[count - 1]);
    }
}
