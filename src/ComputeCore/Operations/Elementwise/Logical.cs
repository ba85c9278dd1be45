namespace ComputeCore.Operations;

/// <summary>An element-wise operation on two truth values; it has no gradient.</summary>
public abstract record Logical : BinaryElementwise
{
    /// <inheritdoc/>
    public sealed override Tolerance Tolerance => Tolerance.Exact;

    internal sealed override ElementType ResultType(IReadOnlyList<TensorType> inputs)
    {
        if (inputs[0].ElementType != ElementType.Bool || inputs[1].ElementType != ElementType.Bool)
            throw Mismatch(inputs, "both must be bool");
        return ElementType.Bool;
    }

    private protected sealed override (Tensor? A, Tensor? B) Gradient(Tensor a, Tensor b, Tensor y, Tensor dy) => (null, null);

    private protected static IEnumerable<Sample> SamplesOf(Logical operation) =>
    [
        new(operation, Draw.Integers([4, 21], ElementType.Bool, 0, 1), Draw.Integers([4, 21], ElementType.Bool, 0, 1)),
        new(operation, Draw.Integers([3, 1, 5], ElementType.Bool, 0, 1), Draw.Integers([2, 1], ElementType.Bool, 0, 1)),
    ];
}
