using ComputeCore.Operations;

namespace ComputeCore.Graphs.Passes;

/// <summary>
/// Algebraic identities. x · 1 is x, and so is the average of each element by itself; a view of a view is one view, and an
/// element-wise operation broadcasts by itself, so that nothing need be repeated for it. The gradient of a max pooling holds each
/// number of its argument once, and zeros: its sum over whole planes, a convolution's bias gradient, is the argument's, a quarter of
/// the reading for windows of 2 x 2. What is added to the gradient of a lookup, that of the same embeddings used as weights, is what
/// its parts are added to.
/// </summary>
internal sealed class Simplify : GraphPass
{
    public override Graph Run(Graph graph) => Rewrite(graph, (node, inputs) => Apply(node, inputs) is { } result ? [result] : null);

    private static Tensor? Apply(Node node, Tensor[] inputs) => node.Operation switch
    {
        Multiply when IsScalar(inputs[1], 1) && inputs[0].Type == node.Outputs[0].Type => inputs[0],
        Multiply when IsScalar(inputs[0], 1) && inputs[1].Type == node.Outputs[0].Type => inputs[1],
        Reshape reshape when inputs[0].Shape == reshape.Shape => inputs[0],
        Reshape reshape when inputs[0].Node.Operation is Reshape => Node.Apply(reshape, inputs[0].Node.Inputs[0]),
        AdaptiveAveragePool2d or AdaptiveAveragePool2dGradient when inputs[0].Type == node.Outputs[0].Type => inputs[0],
        Sum { Axes: [0, 2, 3] } sum when inputs[0].Node.Operation is MaxPool2dGradient => Node.Apply(sum, inputs[0].Node.Inputs[0]),
        Add when IsScatter(inputs[1]) && inputs[0].Type == inputs[1].Type => Node.Apply(inputs[1].Node.Operation, [.. inputs[1].Node.Inputs, inputs[0]]),
        Add when IsScatter(inputs[0]) && inputs[0].Type == inputs[1].Type => Node.Apply(inputs[0].Node.Operation, [.. inputs[0].Node.Inputs, inputs[1]]),
        ElementwiseOperation when inputs.Any(IsBroadcast) => WithoutBroadcasts(node, inputs),
        _ => null,
    };

    // Skips the broadcasts in front of an element-wise operation as long as its result keeps its shape.
    private static Tensor? WithoutBroadcasts(Node node, Tensor[] inputs)
    {
        var changed = false;
        for (var i = 0; i < inputs.Length; i++)
        {
            if (!IsBroadcast(inputs[i]))
                continue;
            var kept = inputs[i];
            inputs[i] = kept.Node.Inputs[0];
            if (inputs.Select(input => input.Shape).Aggregate(Shape.Broadcast) == node.Outputs[0].Shape)
                changed = true;
            else
                inputs[i] = kept;
        }

        return changed ? Node.Apply(node.Operation, inputs) : null;
    }

    private static bool IsScatter(Tensor tensor) => tensor.Node is { Operation: IndexAdd, Inputs.Count: 2 };

    private static bool IsBroadcast(Tensor tensor) => tensor.Node.Operation is BroadcastTo;

    // Constant scalars, also when they were broadcast.
    private static bool IsScalar(Tensor tensor, double value)
    {
        if (IsBroadcast(tensor))
            tensor = tensor.Node.Inputs[0];
        return tensor.Node.Operation is Constant constant && constant.Data.Shape.ElementCount == 1 && constant.Data.ToDoubles()[0].Equals(value);
    }
}
