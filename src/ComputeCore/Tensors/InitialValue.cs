namespace ComputeCore;

/// <summary>
/// A variable's first value, which is made only when somebody needs it: a model of any size can be built and counted without
/// memory, and one whose weights come from a file draws none.
/// </summary>
/// <param name="Type">Element type and shape.</param>
/// <param name="Make">Makes the value, a tensor of that type. Called at most once by a variable.</param>
public readonly record struct InitialValue(TensorType Type, Func<TensorData> Make)
{
    /// <summary>A value that is there already. A variable takes the tensor over; it is not copied.</summary>
    public static implicit operator InitialValue(TensorData data) => new(data.Type, () => data);
}
