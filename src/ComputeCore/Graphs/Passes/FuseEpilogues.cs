using ComputeCore.Operations;

namespace ComputeCore.Graphs.Passes;

/// <summary>
/// Lets a matrix product or a convolution go on with its result while it is still in registers, where nothing else needs the values
/// between. MatMul takes the addition of a bias and an activation; Convolution2d, which has its bias already, takes batch
/// normalization by given statistics (a multiplication and an addition of a number for each channel), then the addition of a
/// residual, then an activation.
/// </summary>
internal sealed class FuseEpilogues : GraphPass
{
    public override Graph Run(Graph graph)
    {
        var consumers = graph.Consumers();
        var roots = graph.Roots.ToHashSet();
        var single = new HashSet<Tensor>(graph.Nodes.SelectMany(node => node.Outputs).Where(tensor => consumers[tensor].Count() == 1 && !roots.Contains(tensor)));

        return Rewrite(graph, (node, inputs) =>
        {
            var fused = node.Operation switch
            {
                Add => AddBias(node, inputs) ?? Normalize(node, inputs) ?? AddResidual(node, inputs),
                Relu when single.Contains(node.Inputs[0]) => Activate(inputs[0], Activation.Relu),
                Relu6 when single.Contains(node.Inputs[0]) => Activate(inputs[0], Activation.Relu6),
                _ => null,
            };
            return fused is null ? null : [fused];
        });

        Tensor? AddBias(Node add, Tensor[] inputs) =>
            single.Contains(add.Inputs[0])
            && inputs[0].Node.Operation is MatMul { Epilogue: { HasBias: false, Activation: Activation.None } } matMul
            && inputs[1].Shape == [inputs[0].Shape[-1]]
                ? Node.Apply(matMul with { Epilogue = new Epilogue(HasBias: true) }, [.. inputs[0].Node.Inputs, inputs[1]])
                : null;

        // (x ⋆ w) · scale + shift. A bias before the normalization becomes part of the shift.
        Tensor? Normalize(Node add, Tensor[] inputs)
        {
            if (!single.Contains(add.Inputs[0]) || add.Inputs[0].Node is not { Operation: Multiply } multiply || !single.Contains(multiply.Inputs[0]))
                return null;
            var (sums, scale, shift) = (inputs[0].Node.Inputs[0], PerChannel(inputs[0].Node.Inputs[1], inputs[0]), PerChannel(inputs[1], inputs[0]));
            if (sums.Node.Operation is not Convolution2d { Epilogue: { HasScale: false, HasResidual: false, Activation: Activation.None } } convolution || scale is null || shift is null)
                return null;
            if (convolution.Epilogue.HasBias)
                shift += sums.Node.Inputs[convolution.Epilogue.BiasInput] * scale;
            return Node.Apply(convolution with { Epilogue = new(HasScale: true, HasBias: true) }, [sums.Node.Inputs[0], sums.Node.Inputs[1], scale, shift]);
        }

        // Of two convolutions that are added, the later one takes the other's result.
        Tensor? AddResidual(Node add, Tensor[] inputs) =>
            Enumerable.Range(0, 2)
                .Where(i => single.Contains(add.Inputs[i])
                    && inputs[i].Shape == inputs[1 - i].Shape
                    && inputs[i].Node.Operation is Convolution2d { Epilogue: { HasResidual: false, Activation: Activation.None } })
                .OrderByDescending(i => inputs[i].Node.Order)
                .Select(i => Node.Apply(
                    (Convolution2d)inputs[i].Node.Operation with { Epilogue = ((Convolution2d)inputs[i].Node.Operation).Epilogue with { HasResidual = true } },
                    [.. inputs[i].Node.Inputs, inputs[1 - i]]))
                .FirstOrDefault();
    }

    // A number for each channel [K] of a tensor [N, K, P, Q], from the shape in which it broadcasts against it.
    private static Tensor? PerChannel(Tensor tensor, Tensor target)
    {
        if (target.Shape.Rank != 4 || tensor.Shape != BatchNormalization.PerChannel(target.Shape))
            return null;
        return tensor.Node.Operation is Reshape && tensor.Node.Inputs[0].Shape == [target.Shape[1]]
            ? tensor.Node.Inputs[0]
            : tensor.Reshape(target.Shape[1]);
    }

    private static Tensor? Activate(Tensor product, Activation activation) => product.Node.Operation switch
    {
        MatMul { Epilogue.Activation: Activation.None } matMul =>
            Node.Apply(matMul with { Epilogue = matMul.Epilogue with { Activation = activation } }, [.. product.Node.Inputs]),
        Convolution2d { Epilogue.Activation: Activation.None } convolution =>
            Node.Apply(convolution with { Epilogue = convolution.Epilogue with { Activation = activation } }, [.. product.Node.Inputs]),
        _ => null,
    };
}
