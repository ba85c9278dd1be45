using ComputeCore.Devices.Reference;

namespace ComputeCore.Operations;

/// <summary>A value that no kernel computes: it lies in memory when the graph runs.</summary>
/// <param name="Type">The value's type.</param>
internal abstract record Leaf(TensorType Type) : Operation
{
    public sealed override IReadOnlyList<TensorType> Infer(IReadOnlyList<TensorType> inputs) => [Type];

    internal sealed override void Evaluate(ReferenceArguments arguments) =>
        throw new InvalidOperationException($"{Name} is not computed.");

    internal sealed override IReadOnlyList<Tensor?> Differentiate(Differential d) => [];
}

/// <summary>The placeholder of a function's argument.</summary>
/// <param name="Slot">Which argument.</param>
/// <param name="Type">Its type.</param>
internal sealed record Input(int Slot, TensorType Type) : Leaf(Type);

/// <summary>A variable's value before the graph assigns it.</summary>
/// <param name="Variable">The variable.</param>
internal sealed record ReadVariable(Variable Variable) : Leaf(Variable.Type);

/// <summary>A value known when the graph is built.</summary>
/// <param name="Data">The value. Two constants are the same when their types and bytes are.</param>
internal sealed record Constant(TensorData Data) : Leaf(Data.Type)
{
    public bool Equals(Constant? other) => other is not null && Type == other.Type && Data.Bytes.SequenceEqual(other.Data.Bytes);

    public override int GetHashCode()
    {
        var hash = default(HashCode);
        hash.Add(Type);
        hash.AddBytes(Data.Bytes);
        return hash.ToHashCode();
    }
}
