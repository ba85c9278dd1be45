namespace ComputeCore;

/// <summary>What is known of a tensor before it is computed: its element type and its shape.</summary>
/// <param name="ElementType">The type of the elements.</param>
/// <param name="Shape">The extents.</param>
public readonly record struct TensorType(ElementType ElementType, Shape Shape)
{
    /// <summary>Bytes that the tensor occupies in host memory.</summary>
    public long SizeInBytes => Shape.ElementCount * ElementType.SizeInBytes();

    /// <summary>The type as messages show it: <c>f32[64, 10]</c>.</summary>
    public override string ToString() => ElementType.ShortName() + Shape;
}
