namespace ComputeCore.Graphs
{
    /// <summary>
    /// Reverse-mode automatic differentiation as a graph transformation: the gradients are ordinary tensors, planned, fused and
    /// differentiated again like any other.
    /// </summary>
    internal static class Gradients
    {
        /// <summary>The gradients of a scalar with respect to each of the given tensors; zeros where it does not depend on one.</summary>
        /// <exception cref="ShapeException">The loss is not a floating-point scalar.</exception>
        public static Tensor[] Of(Tensor loss, IReadOnlyList<Tensor> with)
        {
            if (loss.Shape.ElementCount != 1 || !loss.ElementType.IsFloatingPoint())
                throw new ShapeException($"A gradient is taken of a floating-point tensor of one element, but the loss is {loss.Type}; reduce it with Mean() or Sum() first.");

            var nodes = Graph.Reachable([loss]);
            var needed = Dependents(nodes, with);
            var recomputation = new Recomputation(nodes);
            var gradients = new Dictionary<Tensor, Tensor> { [loss] = Tensor.Full(loss.Shape, 1, loss.ElementType) };

            var provenance = Provenance.Current;
            foreach (var node in nodes.Reverse())
            {
                if (!needed.Contains(node) || node.Inputs.Count == 0)
                    continue;
                Tensor?[] atOutputs = [.. node.Outputs.Select(gradients.GetValueOrDefault)];
                if (atOutputs.All(gradient => gradient is null))
                    continue;
                Provenance.Current = node.Provenance with { IsBackward = true };
                var computed = recomputation.Of(node, atOutputs.First(gradient => gradient is not null)!);
                var atInputs = node.Operation.Differentiate(new Operations.Differential(computed, atOutputs));
                for (var i = 0; i < node.Inputs.Count; i++)
                {
                    var input = node.Inputs[i];
                    if (atInputs[i] is not { } gradient || !needed.Contains(input.Node))
                        continue;
                    if (gradient.Type != input.Type)
                        throw new InvalidOperationException($"The gradient rule of {node.Operation.Name} gave {gradient.Type} for input {i} of type {input.Type}.");
                    gradients[input] = gradients.TryGetValue(input, out var sum) ? sum + gradient : gradient;
                }
            }

            Provenance.Current = provenance;
            return [.. with.Select(tensor => gradients.GetValueOrDefault(tensor) ?? Tensor.Full(tensor.Shape, 0, tensor.ElementType))];
        }

        // Only nodes on a path from one of the tensors to the loss are differentiated. Rules that build gradients for all their
        // inputs may build some that nobody needs; unreachable nodes are never part of a graph.
        private static HashSet<Node> Dependents(IReadOnlyList<Node> nodes, IReadOnlyList<Tensor> sources)
        {
            var dependents = new HashSet<Node>(sources.Select(source => source.Node));
            foreach (var node in nodes)
                if (node.Inputs.Any(input => dependents.Contains(input.Node)))
                    dependents.Add(node);
            return dependents;
        }
    }
}

namespace ComputeCore
{
    public sealed partial class Tensor
    {
        /// <summary>The gradients of this scalar with respect to each of the given tensors; zeros where it does not depend on one.</summary>
        /// <exception cref="ShapeException">This is not a floating-point tensor of one element.</exception>
        /// <exception cref="NotSupportedException">An operation on the way has no gradient.</exception>
        public Tensor[] Gradients(params Tensor[] with) => Graphs.Gradients.Of(this, with);
    }
}
