namespace ComputeCore.Graphs.Passes;

/// <summary>A rewriting of graphs that keeps their meaning.</summary>
internal abstract class GraphPass
{
    /// <summary>The rewritten graph.</summary>
    public abstract Graph Run(Graph graph);

    /// <summary>
    /// Rebuilds a graph node by node, each after its inputs. A node whose inputs stayed the same and that the rule leaves alone
    /// is kept as it is.
    /// </summary>
    /// <param name="graph">The graph.</param>
    /// <param name="rule">
    /// What becomes of a node: its results' replacements, given the node and the replacements of its inputs; null to keep the
    /// operation.
    /// </param>
    protected static Graph Rewrite(Graph graph, Func<Node, Tensor[], IReadOnlyList<Tensor>?> rule) =>
        Rewrite(graph, (node, replaced) => rule(node, [.. node.Inputs.Select(replaced)]));

    /// <summary>The same with a rule that may ask for the replacement of any earlier tensor.</summary>
    protected static Graph Rewrite(Graph graph, Func<Node, Func<Tensor, Tensor>, IReadOnlyList<Tensor>?> rule)
    {
        var replacements = new Dictionary<Tensor, Tensor>();
        foreach (var node in graph.Nodes)
        {
            Provenance.Current = node.Provenance;
            var results = rule(node, Replaced);
            if (results is null)
            {
                Tensor[] inputs = [.. node.Inputs.Select(Replaced)];
                results = inputs.SequenceEqual(node.Inputs) ? node.Outputs : Node.ApplyMany(node.Operation, inputs);
            }

            for (var i = 0; i < results.Count; i++)
                replacements[node.Outputs[i]] = results[i];
        }

        return new Graph(
            [.. graph.Inputs.Select(Replaced)],
            [.. graph.Outputs.Select(Replaced)],
            [.. graph.Assignments.Select(assignment => assignment with { Value = Replaced(assignment.Value) })]);

        // Inputs that no node uses are not visited, and stay.
        Tensor Replaced(Tensor tensor) => replacements.GetValueOrDefault(tensor, tensor);
    }
}
