using ComputeCore.Operations;

namespace ComputeCore.Graphs;

/// <summary>
/// By how much the memory in use grows with each node that might run next: what its results take, less what dies with it because no
/// other node is left that reads it.
/// </summary>
internal sealed class MemoryGrowth
{
    private readonly Dictionary<Tensor, HashSet<Node>> readers = [];
    private readonly Func<Tensor, bool> liesElsewhere;

    /// <param name="nodes">All nodes that will run, and the leaves and views among them.</param>
    /// <param name="outputs">What is read when all have run.</param>
    /// <param name="liesElsewhere">Whether a value takes no memory of its own.</param>
    public MemoryGrowth(IReadOnlyList<Node> nodes, IReadOnlyList<Tensor> outputs, Func<Tensor, bool> liesElsewhere)
    {
        this.liesElsewhere = liesElsewhere;
        foreach (var node in nodes)
            foreach (var root in ReadBy(node))
            {
                if (!readers.TryGetValue(root, out var known))
                    readers[root] = known = [];
                known.Add(node);
            }

        foreach (var output in outputs)
            readers.Remove(Schedule.Root(output));
    }

    /// <summary>Bytes by which memory grows if the node runs now.</summary>
    public long Of(Node node) =>
        node.Operation is Leaf || node.Operation.IsView ? 0 : node.Outputs.Where(TakesMemory).Sum(Bytes) - ReadBy(node).Where(IsLastReader).Sum(Bytes);

    /// <summary>Notes that a node has run; returns those that are now the last ones to read something.</summary>
    public IEnumerable<Node> Run(Node node)
    {
        foreach (var root in ReadBy(node))
            if (readers.TryGetValue(root, out var left) && left.Remove(node) && left.Count == 1)
                yield return left.Single();
    }

    private bool IsLastReader(Tensor root) => readers.TryGetValue(root, out var left) && left.Count == 1;

    private bool TakesMemory(Tensor root) => root.Node.Operation is not Leaf && !liesElsewhere(root);

    private IEnumerable<Tensor> ReadBy(Node node) =>
        node.Operation.IsView ? [] : node.Inputs.Select(Schedule.Root).Where(TakesMemory).Distinct();

    private static long Bytes(Tensor tensor) => tensor.Type.SizeInBytes;
}
