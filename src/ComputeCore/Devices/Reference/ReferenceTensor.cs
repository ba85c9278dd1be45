namespace ComputeCore.Devices.Reference;

/// <summary>A tensor of the reference device: doubles, row-major, whatever the element type.</summary>
internal sealed class ReferenceTensor(TensorType type, Memory<double> memory)
{
    private readonly long[] strides = type.Shape.Strides();

    public TensorType Type { get; } = type;

    public Shape Shape => Type.Shape;

    /// <summary>The elements, row-major.</summary>
    public Span<double> Values => memory.Span;

    /// <summary>The element at an index; one coordinate per axis.</summary>
    public ref double this[params ReadOnlySpan<int> index] => ref memory.Span[(int)Offset(index)];

    /// <summary>
    /// The element that an index of a shape this one broadcasts to sees: leading axes are dropped and extents of 1 repeat.
    /// </summary>
    public double Broadcast(ReadOnlySpan<int> index)
    {
        var offset = 0L;
        var skipped = index.Length - Shape.Rank;
        for (var axis = 0; axis < Shape.Rank; axis++)
            offset += Shape[axis] == 1 ? 0 : index[skipped + axis] * strides[axis];
        return memory.Span[(int)offset];
    }

    /// <summary>Every index of the shape in row-major order. The same array is filled anew for each.</summary>
    public IEnumerable<int[]> Indices() => IndicesOf(Shape);

    /// <summary>Every index of a shape in row-major order. The same array is filled anew for each.</summary>
    public static IEnumerable<int[]> IndicesOf(Shape shape)
    {
        var index = new int[shape.Rank];
        for (var i = 0L; i < shape.ElementCount; i++)
        {
            yield return index;
            for (var axis = shape.Rank - 1; axis >= 0 && ++index[axis] == shape[axis]; axis--)
                index[axis] = 0;
        }
    }

    private long Offset(ReadOnlySpan<int> index)
    {
        var offset = 0L;
        for (var axis = 0; axis < index.Length; axis++)
            offset += index[axis] * strides[axis];
        return offset;
    }
}

/// <summary>What an operation's definition works on.</summary>
internal sealed class ReferenceArguments(ReferenceTensor[] inputs, ReferenceTensor[] outputs)
{
    public IReadOnlyList<ReferenceTensor> Inputs { get; } = inputs;

    public IReadOnlyList<ReferenceTensor> Outputs { get; } = outputs;

    /// <summary>The first input.</summary>
    public ReferenceTensor X => Inputs[0];

    /// <summary>The first result.</summary>
    public ReferenceTensor Y => Outputs[0];
}
