namespace ComputeCore.Kernels;

/// <summary>A size in up to three dimensions: groups in a grid, or work-items in a group. Each is at least 1.</summary>
public readonly record struct Extent
{
    /// <summary>Creates an extent.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A dimension is less than 1.</exception>
    public Extent(int x, int y = 1, int z = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(x, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(y, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(z, 1);
        (X, Y, Z) = (x, y, z);
    }

    /// <summary>The fastest-moving dimension.</summary>
    public int X { get; }

    /// <summary>The second dimension.</summary>
    public int Y { get; }

    /// <summary>The slowest dimension.</summary>
    public int Z { get; }

    /// <summary>The product of the dimensions.</summary>
    public long Count => (long)X * Y * Z;

    /// <summary>The least number of groups of <paramref name="size"/> that cover <paramref name="count"/> work-items; at least 1.</summary>
    public static int Cover(long count, int size) => checked((int)Math.Max(1, (count + size - 1) / size));

    /// <summary>A line of <paramref name="x"/>.</summary>
    public static implicit operator Extent(int x) => new(x);

    /// <inheritdoc/>
    public override string ToString() => $"{X} x {Y} x {Z}";
}
