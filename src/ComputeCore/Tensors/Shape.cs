using System.Collections;
using System.Runtime.CompilerServices;

namespace ComputeCore;

/// <summary>
/// The extents of a tensor's dimensions, outermost first, up to rank 8; <c>[]</c> is a scalar. Written as a collection:
/// <c>Shape shape = [64, 1, 28, 28];</c>. Elements lie in row-major order.
/// </summary>
[CollectionBuilder(typeof(Shape), nameof(Create))]
public readonly struct Shape : IEquatable<Shape>, IEnumerable<int>
{
    /// <summary>The largest rank that a tensor may have.</summary>
    public const int MaximumRank = 8;

    private readonly int[]? extents;

    private Shape(int[] extents) => this.extents = extents;

    /// <summary>Dimensions of the tensor; 0 for a scalar.</summary>
    public int Rank => extents?.Length ?? 0;

    /// <summary>Elements of the tensor: the product of the extents, 1 for a scalar.</summary>
    public long ElementCount
    {
        get
        {
            var count = 1L;
            foreach (var extent in AsSpan())
                count *= extent;
            return count;
        }
    }

    /// <summary>The extent of a dimension; negative axes count from the end.</summary>
    /// <exception cref="ShapeException">The shape has no such axis.</exception>
    public int this[int axis] => extents![Axis(axis)];

    /// <summary>Makes a shape from its extents.</summary>
    /// <exception cref="ShapeException">An extent is negative, there are more than 8, or they hold more than 2^40 elements.</exception>
    public static Shape Create(ReadOnlySpan<int> extents)
    {
        if (extents.Length > MaximumRank)
            throw new ShapeException($"A shape of rank {extents.Length} was asked for; the largest rank is {MaximumRank}.");
        var count = 1L;
        foreach (var extent in extents)
        {
            if (extent < 0)
                throw new ShapeException($"The shape [{string.Join(", ", extents.ToArray())}] has a negative extent.");
            if (extent != 0 && count > (1L << 40) / extent)
                throw new ShapeException($"The shape [{string.Join(", ", extents.ToArray())}] holds more than 2^40 elements.");
            count *= extent;
        }

        return new Shape(extents.ToArray());
    }

    /// <summary>The extents, outermost first.</summary>
    public ReadOnlySpan<int> AsSpan() => extents;

    /// <summary>The extents in a new array.</summary>
    public int[] ToArray() => AsSpan().ToArray();

    /// <summary>An axis counted from the front, for one that may be negative and count from the end.</summary>
    /// <exception cref="ShapeException">The shape has no such axis.</exception>
    public int Axis(int axis)
    {
        var normalized = axis < 0 ? axis + Rank : axis;
        if (normalized < 0 || normalized >= Rank)
            throw new ShapeException($"Axis {axis} does not exist in the shape {this} of rank {Rank}.");
        return normalized;
    }

    /// <summary>Row-major strides in elements: how far apart neighbours along each axis lie.</summary>
    public long[] Strides()
    {
        var strides = new long[Rank];
        var stride = 1L;
        for (var axis = Rank - 1; axis >= 0; axis--)
        {
            strides[axis] = stride;
            stride *= extents![axis];
        }

        return strides;
    }

    /// <summary>This shape with one extent replaced.</summary>
    public Shape With(int axis, int extent)
    {
        var copy = ToArray();
        copy[Axis(axis)] = extent;
        return Create(copy);
    }

    /// <summary>
    /// The shape that two shapes broadcast to by NumPy's rule: aligned at the last axis, where extents are equal or one of
    /// them is 1.
    /// </summary>
    /// <exception cref="ShapeException">The shapes do not broadcast.</exception>
    public static Shape Broadcast(Shape a, Shape b)
    {
        if (a.Equals(b))
            return a;
        var result = new int[Math.Max(a.Rank, b.Rank)];
        for (var i = 1; i <= result.Length; i++)
        {
            var x = i <= a.Rank ? a[^i] : 1;
            var y = i <= b.Rank ? b[^i] : 1;
            if (x != y && x != 1 && y != 1)
                throw new ShapeException($"The shapes {a} and {b} do not broadcast: {x} meets {y} in axis -{i}.");
            result[^i] = x == 1 ? y : x;
        }

        return Create(result);
    }

    private int this[Index index] => extents![index];

    /// <inheritdoc/>
    public bool Equals(Shape other) => AsSpan().SequenceEqual(other.AsSpan());

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Shape other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = default(HashCode);
        foreach (var extent in AsSpan())
            hash.Add(extent);
        return hash.ToHashCode();
    }

    /// <summary>Whether two shapes have the same extents.</summary>
    public static bool operator ==(Shape a, Shape b) => a.Equals(b);

    /// <summary>Whether two shapes differ.</summary>
    public static bool operator !=(Shape a, Shape b) => !a.Equals(b);

    /// <inheritdoc/>
    public override string ToString() => $"[{string.Join(", ", ToArray())}]";

    /// <inheritdoc/>
    public IEnumerator<int> GetEnumerator() => ((IEnumerable<int>)ToArray()).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}

/// <summary>Shapes that do not fit each other or an operation. The message names both.</summary>
public sealed class ShapeException(string message) : ArgumentException(message);
