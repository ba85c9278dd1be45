using ComputeCore.Graphs;
using ComputeCore.Operations;

namespace ComputeCore;

/// <summary>
/// A symbolic value in a graph: an element type, a shape, and the operation that makes it. Tensors are immutable; nothing is
/// computed until a function is compiled for a device and run. Every operation's methods stand in its own file under
/// <c>Operations/</c>.
/// </summary>
public sealed partial class Tensor
{
    internal Tensor(Node node, int index, TensorType type)
    {
        Node = node;
        Index = index;
        Type = type;
    }

    /// <summary>The node that makes this value.</summary>
    internal Node Node { get; }

    /// <summary>Which of the node's outputs this is.</summary>
    internal int Index { get; }

    /// <summary>Element type and shape.</summary>
    public TensorType Type { get; }

    /// <summary>The extents.</summary>
    public Shape Shape => Type.Shape;

    /// <summary>Dimensions; 0 for a scalar.</summary>
    public int Rank => Type.Shape.Rank;

    /// <summary>The type of the elements.</summary>
    public ElementType ElementType => Type.ElementType;

    /// <summary>A value known when the graph is built.</summary>
    public static Tensor Constant(TensorData data) => Node.Apply(new Constant(data));

    /// <summary>A scalar of the given type, which broadcasts against any shape.</summary>
    public static Tensor Scalar(double value, ElementType type = ElementType.Float32)
    {
        var data = new TensorData(new TensorType(type, []));
        ElementConversion.FromDoubles(type, [value], data.Bytes);
        return Constant(data);
    }

    /// <summary>A tensor whose elements all have one value.</summary>
    public static Tensor Full(Shape shape, double value, ElementType type = ElementType.Float32) => Scalar(value, type).BroadcastTo(shape);

    /// <inheritdoc/>
    public override string ToString() => $"{Node.Operation.Name}: {Type}";

    /// <summary>A scalar constant of this tensor's element type.</summary>
    internal Tensor ScalarLike(double value) => Scalar(value, ElementType);
}
