using ComputeCore.Operations;

namespace ComputeCore.Graphs.Passes;

/// <summary>
/// Lets a matrix product add its bias and apply its activation while the result is still in registers: MatMul, Add, Relu
/// become one node, where nothing else needs the values between; so do Convolution2d, which has its bias already, and Relu.
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
                Add when single.Contains(node.Inputs[0]) => AddBias(inputs[0], inputs[1]),
                Relu when single.Contains(node.Inputs[0]) => Activate(inputs[0], Activation.Relu),
                _ => null,
            };
            return fused is null ? null : [fused];
        });
    }

    private static Tensor? AddBias(Tensor product, Tensor bias) =>
        product.Node.Operation is MatMul { Epilogue.HasBias: false, Epilogue.Activation: Activation.None } matMul && bias.Shape == [product.Shape[-1]]
            ? Node.Apply(matMul with { Epilogue = new Epilogue(HasBias: true) }, [.. product.Node.Inputs, bias])
            : null;

    private static Tensor? Activate(Tensor product, Activation activation) => product.Node.Operation switch
    {
        MatMul { Epilogue.Activation: Activation.None } matMul =>
            Node.Apply(matMul with { Epilogue = matMul.Epilogue with { Activation = activation } }, [.. product.Node.Inputs]),
        Convolution2d { Epilogue.Activation: Activation.None } convolution =>
            Node.Apply(convolution with { Epilogue = convolution.Epilogue with { Activation = activation } }, [.. product.Node.Inputs]),
        _ => null,
    };
}
