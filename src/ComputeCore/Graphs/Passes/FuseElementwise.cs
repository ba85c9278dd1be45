using ComputeCore.Operations;

namespace ComputeCore.Graphs.Passes;

/// <summary>
/// Turns graphs of element-wise operations into single nodes, which pass over memory once: a value that only operations of one
/// group use never leaves the first-level cache.
/// </summary>
/// <remarks>
/// A group grows from a node backward: it takes in a producer of the same shape once it holds everything that uses it, so
/// nothing is computed twice and no path can lead out of a group and back into it.
/// </remarks>
internal sealed class FuseElementwise : GraphPass
{
    // Longer programs need more tile buffers than the first-level cache holds.
    private const int LargestGroup = 24;

    public override Graph Run(Graph graph)
    {
        var groups = FindGroups(graph);
        return Rewrite(graph, (node, replaced) => groups.TryGetValue(node, out var group) ? [Fuse(group, replaced)] : null);
    }

    // Each group's nodes in order, by its last one.
    private static Dictionary<Node, List<Node>> FindGroups(Graph graph)
    {
        var consumers = graph.Consumers();
        var roots = graph.Roots.ToHashSet();
        var grouped = new HashSet<Node>();
        var groups = new Dictionary<Node, List<Node>>();
        foreach (var last in graph.Nodes.Reverse())
        {
            if (grouped.Contains(last) || !FusedElementwise.CanHold(last))
                continue;
            var group = new HashSet<Node> { last };
            var candidates = new PriorityQueue<Node, long>();
            AddProducers(last);

            // Latest first: everything that uses a candidate has been decided on before it.
            while (group.Count < LargestGroup && candidates.TryDequeue(out var candidate, out _))
            {
                var output = candidate.Outputs[0];
                if (group.Contains(candidate) || grouped.Contains(candidate) || roots.Contains(output) || output.Shape != last.Outputs[0].Shape)
                    continue;
                if (!FusedElementwise.CanHold(candidate) || !consumers[output].All(group.Contains))
                    continue;
                group.Add(candidate);
                AddProducers(candidate);
            }

            grouped.UnionWith(group);
            if (group.Count > 1)
                groups[last] = [.. group.OrderBy(node => node.Order)];

            void AddProducers(Node node)
            {
                foreach (var input in node.Inputs)
                    candidates.Enqueue(input.Node, -input.Node.Order);
            }
        }

        return groups;
    }

    private static Tensor Fuse(List<Node> group, Func<Tensor, Tensor> replaced)
    {
        var inside = group.Select(node => node.Outputs[0]).ToHashSet();
        Tensor[] inputs = [.. group.SelectMany(node => node.Inputs).Where(input => !inside.Contains(input)).Distinct()];
        var numbers = new Dictionary<Tensor, int>();
        foreach (var input in inputs)
            numbers[input] = numbers.Count;

        var instructions = new List<FusedInstruction>();
        foreach (var node in group)
        {
            instructions.Add(new FusedInstruction((ElementwiseOperation)node.Operation, Axes.Create([.. node.Inputs.Select(input => numbers[input])])));
            numbers[node.Outputs[0]] = numbers.Count;
        }

        var operation = new FusedElementwise(inputs.Length, EquatableArray.Create<FusedInstruction>([.. instructions]), [numbers.Count - 1]);
        return Node.Apply(operation, [.. inputs.Select(replaced)]);
    }
}
