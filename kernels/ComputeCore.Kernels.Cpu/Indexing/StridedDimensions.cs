using System.Runtime.CompilerServices;

namespace ComputeCore.Kernels.Cpu.Indexing;

/// <summary>One axis of a loop over two arrays: its length and the step in each array, in elements (0 to broadcast, negative to run backwards).</summary>
internal readonly record struct Dimension(long Size, long Source, long Destination);

/// <summary>
/// The axes of a loop over two strided arrays, outermost first, in as few axes as possible: axes of length 1 are dropped,
/// and neighbours that both arrays walk in one stride are joined.
/// </summary>
internal struct StridedDimensions
{
    /// <summary>The highest rank there is.</summary>
    public const int MaximumRank = 8;

    private Axes axes;

    /// <summary>The number of axes left.</summary>
    public int Rank { get; private set; }

    /// <summary>How often the loop runs.</summary>
    public readonly long Count
    {
        get
        {
            var count = 1L;
            for (var i = 0; i < Rank; i++)
                count *= axes[i].Size;
            return count;
        }
    }

    public readonly Dimension this[int axis] => axes[axis];

    /// <summary>Adds an axis inside the ones there are.</summary>
    public void Add(Dimension dimension)
    {
        if (dimension.Size == 1)
            return;
        if (Rank > 0)
        {
            var outer = axes[Rank - 1];
            if (outer.Source == dimension.Source * dimension.Size && outer.Destination == dimension.Destination * dimension.Size)
            {
                axes[Rank - 1] = dimension with { Size = outer.Size * dimension.Size };
                return;
            }
        }

        axes[Rank++] = dimension;
    }

    /// <summary>Takes an axis out of the loop, for a kernel to run itself.</summary>
    public Dimension Remove(int axis)
    {
        var removed = axes[axis];
        for (var i = axis + 1; i < Rank; i++)
            axes[i - 1] = axes[i];
        Rank--;
        return removed;
    }

    /// <summary>Takes the innermost axis out of the loop; an axis of length 1 if there is none.</summary>
    public Dimension RemoveInnermost() => Rank == 0 ? new Dimension(1, 1, 1) : Remove(Rank - 1);

    [InlineArray(MaximumRank)]
    private struct Axes
    {
        private Dimension first;
    }
}

/// <summary>A point in the loop over <see cref="StridedDimensions"/>, and where it lies in both arrays.</summary>
internal struct StridedPosition
{
    private Coordinates coordinates;

    /// <summary>The point the loop reaches after <paramref name="index"/> steps.</summary>
    public StridedPosition(in StridedDimensions dimensions, long index)
    {
        for (var i = dimensions.Rank - 1; i >= 0; i--)
        {
            var dimension = dimensions[i];
            (index, coordinates[i]) = Math.DivRem(index, dimension.Size);
            Source += coordinates[i] * dimension.Source;
            Destination += coordinates[i] * dimension.Destination;
        }
    }

    /// <summary>Elements from the source's origin.</summary>
    public long Source { get; private set; }

    /// <summary>Elements from the destination's origin.</summary>
    public long Destination { get; private set; }

    /// <summary>Goes one step on.</summary>
    public void Advance(in StridedDimensions dimensions)
    {
        for (var i = dimensions.Rank - 1; i >= 0; i--)
        {
            var dimension = dimensions[i];
            Source += dimension.Source;
            Destination += dimension.Destination;
            if (++coordinates[i] < dimension.Size)
                return;
            Source -= coordinates[i] * dimension.Source;
            Destination -= coordinates[i] * dimension.Destination;
            coordinates[i] = 0;
        }
    }

    [InlineArray(StridedDimensions.MaximumRank)]
    private struct Coordinates
    {
        private long first;
    }
}
