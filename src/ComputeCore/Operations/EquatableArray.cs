using System.Collections;
using System.Runtime.CompilerServices;

namespace ComputeCore.Operations;

/// <summary>A list that compares by value, so that it can be an attribute of an operation.</summary>
[CollectionBuilder(typeof(EquatableArray), nameof(EquatableArray.Create))]
internal readonly struct EquatableArray<T>(T[] elements) : IEquatable<EquatableArray<T>>, IReadOnlyList<T>
{
    private readonly T[]? elements = elements;

    public int Count => elements?.Length ?? 0;

    public T this[int index] => elements![index];

    public bool Equals(EquatableArray<T> other) => (elements ?? []).SequenceEqual(other.elements ?? []);

    public override bool Equals(object? obj) => obj is EquatableArray<T> other && Equals(other);

    public override int GetHashCode()
    {
        var hash = default(HashCode);
        foreach (var element in elements ?? [])
            hash.Add(element);
        return hash.ToHashCode();
    }

    public IEnumerator<T> GetEnumerator() => ((IEnumerable<T>)(elements ?? [])).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}

/// <summary>Makes lists from collection expressions.</summary>
internal static class EquatableArray
{
    public static EquatableArray<T> Create<T>(ReadOnlySpan<T> elements) => new(elements.ToArray());
}
