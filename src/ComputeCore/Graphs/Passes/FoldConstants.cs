using ComputeCore.Devices.Reference;
using ComputeCore.Operations;

namespace ComputeCore.Graphs.Passes;

/// <summary>Computes, by the definitions, small results that depend on constants alone.</summary>
internal sealed class FoldConstants : GraphPass
{
    // Larger results are cheaper to compute on the device than to keep in memory.
    private const long LargestResult = 64;

    public override Graph Run(Graph graph) => Rewrite(graph, (node, inputs) =>
        node.Inputs.Count > 0 && inputs.All(input => input.Node.Operation is Constant) && node.Outputs.All(output => output.Shape.ElementCount <= LargestResult)
            ? Evaluate(node, inputs)
            : null);

    private static Tensor[] Evaluate(Node node, Tensor[] inputs)
    {
        ReferenceTensor[] arguments = [.. inputs.Select(input => new ReferenceTensor(input.Type, ((Constant)input.Node.Operation).Data.ToDoubles()))];
        ReferenceTensor[] results = [.. node.Outputs.Select(output => new ReferenceTensor(output.Type, new double[output.Shape.ElementCount]))];
        node.Operation.Evaluate(new ReferenceArguments(arguments, results));
        return [.. results.Select(ToConstant)];
    }

    private static Tensor ToConstant(ReferenceTensor result)
    {
        var data = new TensorData(result.Type);
        ElementConversion.FromDoubles(result.Type.ElementType, result.Values, data.Bytes);
        return Tensor.Constant(data);
    }
}
