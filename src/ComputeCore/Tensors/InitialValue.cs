namespace ComputeCore;

/// <summary>Writes a tensor's elements, row-major, over zeros.</summary>
/// <param name="bytes">The elements' bytes, as many as the tensor's type needs.</param>
public delegate void TensorFill(Span<byte> bytes);

/// <summary>
/// A variable's first value, which is made only when somebody needs it, and where it will lie: a model of any size can be built and
/// counted without memory, and one whose weights come from a file draws none.
/// </summary>
/// <param name="Type">Element type and shape.</param>
/// <param name="Fill">Makes the value. Called at most once by a variable. Null for zeros, which a device's memory holds anyway.</param>
public readonly record struct InitialValue(TensorType Type, TensorFill? Fill)
{
    /// <summary>A value that is there already. The tensor must not change before a function that uses the variable is compiled.</summary>
    public static implicit operator InitialValue(TensorData data) => new(data.Type, bytes => data.Bytes.CopyTo(bytes));

    /// <summary>Zeros.</summary>
    public static InitialValue Zeros(TensorType type) => new(type, null);

    /// <summary>The value, in host memory.</summary>
    public TensorData Make()
    {
        var data = new TensorData(Type);
        Fill?.Invoke(data.Bytes);
        return data;
    }
}
