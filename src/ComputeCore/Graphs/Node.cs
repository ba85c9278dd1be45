using ComputeCore.Operations;

namespace ComputeCore.Graphs;

/// <summary>One application of an operation to tensors. Nodes are immutable and form a directed acyclic graph.</summary>
internal sealed class Node
{
    private static long created;

    private Node(Operation operation, Tensor[] inputs)
    {
        Operation = operation;
        Inputs = inputs;
        Order = Interlocked.Increment(ref created);
        var types = operation.Infer([.. inputs.Select(input => input.Type)]);
        Outputs = [.. types.Select((type, index) => new Tensor(this, index, type))];
    }

    /// <summary>What is computed.</summary>
    public Operation Operation { get; }

    /// <summary>From what.</summary>
    public IReadOnlyList<Tensor> Inputs { get; }

    /// <summary>The results.</summary>
    public IReadOnlyList<Tensor> Outputs { get; }

    /// <summary>Which layer the node belongs to.</summary>
    public Provenance Provenance { get; } = Provenance.Current;

    /// <summary>The part of the forward pass that is computed again for the backward pass, to which this node belongs, if any.</summary>
    public RecomputedSegment? Segment { get; } = RecomputedSegment.Current;

    /// <summary>Grows with every node made: a node's inputs always have smaller numbers than the node.</summary>
    public long Order { get; }

    /// <summary>Applies an operation that has one result.</summary>
    /// <exception cref="ShapeException">The operation does not take inputs of these types.</exception>
    public static Tensor Apply(Operation operation, params Tensor[] inputs) => new Node(operation, inputs).Outputs[0];

    /// <summary>Applies an operation that has several results.</summary>
    /// <exception cref="ShapeException">The operation does not take inputs of these types.</exception>
    public static IReadOnlyList<Tensor> ApplyMany(Operation operation, params Tensor[] inputs) => new Node(operation, inputs).Outputs;
}
