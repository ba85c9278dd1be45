namespace ComputeCore.Operations;

/// <summary>An operation on each line along one axis, from inputs of one type to a result of that type.</summary>
/// <param name="Axis">The axis, counted from the front.</param>
public abstract record AxisOperation(int Axis) : Operation
{
    /// <summary>The result's type, for inputs that all have it.</summary>
    private protected TensorType InferOne(IReadOnlyList<TensorType> inputs, int count)
    {
        ExpectCount(inputs, count, count);
        ExpectFloat(inputs, 0);
        if (Axis < 0 || Axis >= inputs[0].Shape.Rank)
            throw Mismatch(inputs, $"there is no axis {Axis}");
        if (inputs.Any(input => input != inputs[0]))
            throw Mismatch(inputs, "all must be of one type");
        return inputs[0];
    }
}
