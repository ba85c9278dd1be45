using System.Collections;
using System.Runtime.CompilerServices;

namespace ComputeCore;

/// <summary>A list of axes, or of other integers per axis, that compares by value: operations hold it as an attribute.</summary>
[CollectionBuilder(typeof(Axes), nameof(Create))]
public readonly struct Axes : IEquatable<Axes>, IEnumerable<int>
{
    private readonly int[]? values;

    private Axes(int[] values) => this.values = values;

    /// <summary>How many there are.</summary>
    public int Count => values?.Length ?? 0;

    /// <summary>The value at a position.</summary>
    public int this[int index] => values![index];

    /// <summary>Makes a list of axes.</summary>
    public static Axes Create(ReadOnlySpan<int> values) => new(values.ToArray());

    /// <summary>All axes of a shape.</summary>
    public static Axes All(Shape shape) => new([.. Enumerable.Range(0, shape.Rank)]);

    /// <summary>These axes counted from the front and sorted, each once; all axes of the shape when there are none.</summary>
    /// <exception cref="ShapeException">The shape has no such axis, or one is named twice.</exception>
    public Axes Normalize(Shape shape)
    {
        if (Count == 0)
            return All(shape);
        int[] normalized = [.. this.Select(shape.Axis).Order()];
        if (normalized.Distinct().Count() != normalized.Length)
            throw new ShapeException($"The axes {this} name an axis of {shape} twice.");
        return new Axes(normalized);
    }

    /// <summary>The values in order.</summary>
    public ReadOnlySpan<int> AsSpan() => values;

    /// <inheritdoc/>
    public bool Equals(Axes other) => AsSpan().SequenceEqual(other.AsSpan());

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Axes other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = default(HashCode);
        foreach (var value in AsSpan())
            hash.Add(value);
        return hash.ToHashCode();
    }

    /// <summary>Whether two lists hold the same values.</summary>
    public static bool operator ==(Axes a, Axes b) => a.Equals(b);

    /// <summary>Whether two lists differ.</summary>
    public static bool operator !=(Axes a, Axes b) => !a.Equals(b);

    /// <inheritdoc/>
    public override string ToString() => $"[{string.Join(", ", AsSpan().ToArray())}]";

    /// <inheritdoc/>
    public IEnumerator<int> GetEnumerator() => ((IEnumerable<int>)(values ?? [])).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
