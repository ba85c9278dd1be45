using ComputeCore.Operations;

namespace ComputeCore.Graphs.Passes;

/// <summary>Computes a max pooling's maxima alone where nothing, no gradient above all, needs to know where they were.</summary>
internal sealed class DropIndices : GraphPass
{
    public override Graph Run(Graph graph)
    {
        var needed = graph.Nodes.SelectMany(node => node.Inputs).Concat(graph.Roots).ToHashSet();
        return Rewrite(graph, (node, inputs) => node.Operation is MaxPool2d { HasIndices: true } pool && !needed.Contains(node.Outputs[1])
            ? [Node.Apply(pool with { HasIndices = false }, inputs)]
            : null);
    }
}
