using ComputeCore.Graphs;
using ComputeCore.Operations;

namespace ComputeCore.Graphs
{
    /// <summary>
    /// A part of the forward pass whose values are computed a second time in the backward pass, so that they need not be kept
    /// until then (Chen, Xu, Zhang and Guestrin, Training Deep Nets with Sublinear Memory Cost, 2016). Nodes made while
    /// <see cref="Record"/> runs belong to it.
    /// </summary>
    internal sealed class RecomputedSegment
    {
        /// <summary>The segment that nodes made on this thread belong to; null outside of any.</summary>
        [field: ThreadStatic]
        public static RecomputedSegment? Current { get; private set; }

        /// <summary>Runs code whose nodes form a segment. Inside of another segment it is a part of that one.</summary>
        public static Tensor Record(Func<Tensor> body)
        {
            if (Current is not null)
                return body();
            Current = new RecomputedSegment();
            try
            {
                return body();
            }
            finally
            {
                Current = null;
            }
        }
    }

    /// <summary>The second computation of the segments among the nodes that one gradient goes back through.</summary>
    internal sealed class Recomputation(IReadOnlyList<Node> nodes)
    {
        private readonly Dictionary<RecomputedSegment, Dictionary<Tensor, Tensor>> copiesOf = [];

        /// <summary>The node whose inputs and results a gradient rule is to use: for one of a segment, its copy.</summary>
        /// <param name="node">A node of the forward pass.</param>
        /// <param name="gradient">A gradient at its results. The first one of a segment is what its copies are computed after.</param>
        public Node Of(Node node, Tensor gradient)
        {
            if (node.Segment is not { } segment)
                return node;
            if (!copiesOf.TryGetValue(segment, out var copies))
                copiesOf[segment] = copies = Copy(nodes.Where(other => other.Segment == segment), gradient);
            return copies.TryGetValue(node.Outputs[0], out var copy) ? copy.Node : node;
        }

        // The copies read what comes from outside through After: it makes them other values than the originals to the
        // elimination of common subexpressions, and keeps them from being computed too early. What depends on constants alone is
        // not copied.
        private static Dictionary<Tensor, Tensor> Copy(IEnumerable<Node> nodes, Tensor gradient)
        {
            var copies = new Dictionary<Tensor, Tensor>();
            var outside = new Dictionary<Tensor, Tensor>();
            foreach (var node in nodes)
            {
                if (node.Operation is Leaf)
                    continue;
                Tensor[] inputs = [.. node.Inputs.Select(input => copies.GetValueOrDefault(input) ?? FromOutside(input))];
                if (node.Inputs.Count == 0 || inputs.SequenceEqual(node.Inputs))
                    continue;
                var results = Node.ApplyMany(node.Operation, inputs);
                for (var i = 0; i < results.Count; i++)
                    copies[node.Outputs[i]] = results[i];
            }

            return copies;

            Tensor FromOutside(Tensor tensor)
            {
                if (tensor.Node.Operation is Constant || (tensor.Node.Inputs.Count > 0 && DependsOnConstantsAlone(tensor.Node)))
                    return tensor;
                if (!outside.TryGetValue(tensor, out var after))
                    outside[tensor] = after = Node.Apply(new After(), tensor, gradient);
                return after;
            }
        }

        private static bool DependsOnConstantsAlone(Node node) =>
            node.Inputs.All(input => input.Node.Operation is Constant || (input.Node.Operation is not Leaf && DependsOnConstantsAlone(input.Node)));
    }
}

namespace ComputeCore
{
    public sealed partial class Tensor
    {
        /// <summary>
        /// Computes something whose intermediate values are not kept for the backward pass but computed again there: about a third
        /// more work for much less memory. The gradients are the same bits.
        /// </summary>
        /// <param name="body">From tensors outside to the result: a block of a deep network.</param>
        public static Tensor Recomputed(Func<Tensor> body)
        {
            ArgumentNullException.ThrowIfNull(body);
            return RecomputedSegment.Record(body);
        }
    }
}
