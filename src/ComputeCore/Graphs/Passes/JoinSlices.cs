using ComputeCore.Operations;

namespace ComputeCore.Graphs.Passes;

/// <summary>
/// The gradients of slices that together are a whole axis, such as a projection's queries, keys and values, are not each put among
/// zeros and added up, but joined.
/// </summary>
internal sealed class JoinSlices : GraphPass
{
    public override Graph Run(Graph graph) => Rewrite(graph, (node, inputs) => node.Operation is Add && Join(inputs) is { } joined ? [joined] : null);

    private static Tensor? Join(Tensor[] summands)
    {
        var nodes = summands.SelectMany(Summands).Select(summand => summand.Node).ToList();
        if (nodes.Any(node => node.Operation is not SliceGradient { Steps: var steps } || steps.Any(step => step != 1)))
            return null;
        var (whole, part) = (nodes[0].Outputs[0].Shape, nodes[0].Inputs[0].Shape);
        var axis = Enumerable.Range(0, whole.Rank).FirstOrDefault(axis => part[axis] != whole[axis]);
        var next = 0;
        var sorted = nodes.OrderBy(node => StartsOf(node)[axis]).ToList();
        foreach (var node in sorted)
        {
            var input = node.Inputs[0].Shape;
            if (node.Outputs[0].Shape != whole || input.With(axis, 0) != whole.With(axis, 0) || StartsOf(node)[axis] != next)
                return null;
            next += input[axis];
        }

        return next == whole[axis] ? Tensor.Concatenate(axis, [.. sorted.Select(node => node.Inputs[0])]) : null;
    }

    private static Axes StartsOf(Node node) => ((SliceGradient)node.Operation).Starts;

    private static IEnumerable<Tensor> Summands(Tensor tensor) => tensor.Node.Operation is Add ? tensor.Node.Inputs.SelectMany(Summands) : [tensor];
}
