using ComputeCore.Operations;

namespace ComputeCore.Graphs.Passes;

/// <summary>Computes once what is written several times: nodes with equal operations, attributes and inputs become one.</summary>
internal sealed class EliminateCommonSubexpressions : GraphPass
{
    public override Graph Run(Graph graph)
    {
        var known = new Dictionary<Key, IReadOnlyList<Tensor>>();
        return Rewrite(graph, (node, inputs) =>
        {
            var key = new Key(node.Operation, inputs);
            if (known.TryGetValue(key, out var results))
                return results;
            results = inputs.SequenceEqual(node.Inputs) ? node.Outputs : Node.ApplyMany(node.Operation, inputs);
            return known[key] = results;
        });
    }

    private readonly struct Key(Operation operation, Tensor[] inputs) : IEquatable<Key>
    {
        private readonly Operation operation = operation;
        private readonly Tensor[] inputs = inputs;

        public bool Equals(Key other) => operation.Equals(other.operation) && inputs.AsSpan().SequenceEqual(other.inputs);

        public override bool Equals(object? obj) => obj is Key other && Equals(other);

        public override int GetHashCode()
        {
            var hash = default(HashCode);
            hash.Add(operation);
            foreach (var input in inputs)
                hash.Add(input);
            return hash.ToHashCode();
        }
    }
}
