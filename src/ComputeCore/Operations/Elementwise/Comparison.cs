namespace ComputeCore.Operations;

/// <summary>An element-wise comparison; its result is of type bool and has no gradient.</summary>
public abstract record Comparison : BinaryElementwise
{
    /// <inheritdoc/>
    public sealed override Tolerance Tolerance => Tolerance.Exact;

    internal sealed override ElementType ResultType(IReadOnlyList<TensorType> inputs)
    {
        ExpectOneType(inputs);
        return ElementType.Bool;
    }

    private protected sealed override (Tensor? A, Tensor? B) Gradient(Tensor a, Tensor b, Tensor y, Tensor dy) => (null, null);

    private protected static IEnumerable<Sample> SamplesOf(Comparison operation) =>
    [
        new(operation, Draw.Integers([4, 21], ElementType.Float32, -2, 2), Draw.Integers([4, 21], ElementType.Float32, -2, 2)),
        new(operation, Draw.Integers([4, 21], ElementType.Int64, -2, 2), Draw.Integers([21], ElementType.Int64, -2, 2)),
        new(operation, Draw.Values([4], double.NaN, 1, double.PositiveInfinity, -0.0), Draw.Values([4], double.NaN, double.NaN, double.PositiveInfinity, 0.0)),
    ];
}
