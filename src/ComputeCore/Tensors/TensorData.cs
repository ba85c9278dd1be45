using System.Runtime.InteropServices;

namespace ComputeCore;

/// <summary>
/// A tensor's elements in host memory, row-major: what goes into a compiled function and comes out of it, what files hold,
/// and what a data set's batches are made of.
/// </summary>
public sealed class TensorData
{
    private readonly Memory<byte> bytes;

    /// <summary>Takes a block of memory as a tensor, without copying.</summary>
    /// <param name="type">Element type and shape.</param>
    /// <param name="bytes">The elements, row-major, little-endian; exactly as many bytes as the type needs.</param>
    /// <exception cref="ArgumentException">The memory has another size than the type needs.</exception>
    public TensorData(TensorType type, Memory<byte> bytes)
    {
        if (bytes.Length != type.SizeInBytes)
            throw new ArgumentException($"A tensor {type} needs {type.SizeInBytes} bytes, but was given {bytes.Length}.", nameof(bytes));
        Type = type;
        this.bytes = bytes;
    }

    /// <summary>A tensor of zeros.</summary>
    public TensorData(TensorType type)
        : this(type, new byte[checked((int)type.SizeInBytes)])
    {
    }

    /// <summary>Element type and shape.</summary>
    public TensorType Type { get; }

    /// <summary>The extents.</summary>
    public Shape Shape => Type.Shape;

    /// <summary>The type of the elements.</summary>
    public ElementType ElementType => Type.ElementType;

    /// <summary>The elements as bytes.</summary>
    public Span<byte> Bytes => bytes.Span;

    /// <summary>A tensor holding a copy of the values.</summary>
    /// <exception cref="ArgumentException">There are more or fewer values than the shape holds.</exception>
    public static TensorData From<T>(Shape shape, ReadOnlySpan<T> values)
        where T : unmanaged
    {
        if (values.Length != shape.ElementCount)
            throw new ArgumentException($"The shape {shape} holds {shape.ElementCount} values, but {values.Length} were given.", nameof(values));
        return new TensorData(new TensorType(ElementTypes.Of<T>(), shape), MemoryMarshal.AsBytes(values).ToArray());
    }

    /// <summary>A tensor holding a copy of the values.</summary>
    /// <exception cref="ArgumentException">There are more or fewer values than the shape holds.</exception>
    public static TensorData From<T>(Shape shape, params T[] values)
        where T : unmanaged => From(shape, (ReadOnlySpan<T>)values);

    /// <summary>A tensor of one element and rank 0.</summary>
    public static TensorData Scalar<T>(T value)
        where T : unmanaged => From([], value);

    /// <summary>The elements as a span of their own type.</summary>
    /// <exception cref="InvalidOperationException"><typeparamref name="T"/> is not the tensor's element type.</exception>
    public Span<T> AsSpan<T>()
        where T : unmanaged
    {
        if (ElementTypes.Of<T>() != ElementType)
            throw new InvalidOperationException($"The tensor holds {ElementType.ShortName()}, not {typeof(T).Name}.");
        return MemoryMarshal.Cast<byte, T>(bytes.Span);
    }

    /// <summary>The only element of a tensor that has one.</summary>
    /// <exception cref="InvalidOperationException">The tensor has more elements, none, or another type.</exception>
    public T Item<T>()
        where T : unmanaged
    {
        var span = AsSpan<T>();
        if (span.Length != 1)
            throw new InvalidOperationException($"The tensor {Type} does not hold exactly one element.");
        return span[0];
    }

    /// <summary>The elements as doubles, whatever their type: for comparing and printing.</summary>
    public double[] ToDoubles()
    {
        var values = new double[Shape.ElementCount];
        ElementConversion.ToDoubles(ElementType, Bytes, values);
        return values;
    }

    /// <summary>The same elements seen with another shape of as many elements; nothing is copied.</summary>
    public TensorData Reshape(Shape shape) => new(new TensorType(ElementType, shape), bytes);

    /// <inheritdoc/>
    public override string ToString() => Type.ToString();
}
