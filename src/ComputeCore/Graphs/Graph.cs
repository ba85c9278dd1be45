namespace ComputeCore.Graphs;

/// <summary>A variable and the value it takes when the graph has run.</summary>
internal sealed record Assignment(Variable Variable, Tensor Value);

/// <summary>
/// A traced computation: placeholders for its inputs, its outputs, and the variables it assigns. Nodes that neither an output
/// nor an assignment needs are not part of it, so there is no dead code to remove.
/// </summary>
internal sealed class Graph(IReadOnlyList<Tensor> inputs, IReadOnlyList<Tensor> outputs, IReadOnlyList<Assignment> assignments)
{
    private IReadOnlyList<Node>? nodes;

    /// <summary>The placeholders, in the order of the function's arguments.</summary>
    public IReadOnlyList<Tensor> Inputs { get; } = inputs;

    /// <summary>The results, in the order the function returns them.</summary>
    public IReadOnlyList<Tensor> Outputs { get; } = outputs;

    /// <summary>The variables' new values. Everything in the graph reads their old ones.</summary>
    public IReadOnlyList<Assignment> Assignments { get; } = assignments;

    /// <summary>Every tensor that must be computed: outputs and assigned values.</summary>
    public IEnumerable<Tensor> Roots => Outputs.Concat(Assignments.Select(a => a.Value));

    /// <summary>All nodes, each after those it takes its inputs from.</summary>
    public IReadOnlyList<Node> Nodes => nodes ??= Reachable(Roots);

    /// <summary>The nodes that compute the given tensors, each after those it takes its inputs from.</summary>
    public static IReadOnlyList<Node> Reachable(IEnumerable<Tensor> roots)
    {
        var found = new HashSet<Node>();
        var pending = new Stack<Node>(roots.Select(root => root.Node));
        while (pending.TryPop(out var node))
        {
            if (!found.Add(node))
                continue;
            foreach (var input in node.Inputs)
                pending.Push(input.Node);
        }

        // Creation order is a topological order: nodes are immutable, so inputs exist before the node that takes them.
        return [.. found.OrderBy(node => node.Order)];
    }

    /// <summary>For every tensor, the nodes that take it as an input, once per use.</summary>
    public ILookup<Tensor, Node> Consumers() =>
        Nodes.SelectMany(node => node.Inputs.Select(input => (input, node))).ToLookup(use => use.input, use => use.node);
}
