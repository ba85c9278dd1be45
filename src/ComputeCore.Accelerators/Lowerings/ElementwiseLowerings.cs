using ComputeCore.Kernels.Elementwise;
using ComputeCore.Kernels.Elementwise.Functions;
using ComputeCore.Operations;

namespace ComputeCore.Accelerators.Lowerings;

/// <summary>Element-wise operations: each, and each fused graph of them, is one kernel over all elements.</summary>
internal static class ElementwiseLowerings
{
    public static void AddTo(LoweringTable table)
    {
        table.Add<ElementwiseOperation>((operation, context) =>
        {
            var (chain, inputs) = Begin(context);
            chain.Output(Call(chain, operation, inputs));
            return ToKernel(context, chain);
        });
        table.Add<FusedElementwise>((operation, context) =>
        {
            var (chain, inputs) = Begin(context);
            var values = inputs.ToList();
            foreach (var instruction in operation.Instructions)
                values.Add(Call(chain, instruction.Operation, [.. instruction.Operands.Select(operand => values[operand])]));
            foreach (var result in operation.Results)
                chain.Output(values[result]);
            return ToKernel(context, chain);
        });
    }

    private static (ElementwiseChain Chain, int[] Inputs) Begin(LoweringContext context)
    {
        var chain = new ElementwiseChain(context.Outputs[0].Shape.AsSpan());
        return (chain, [.. context.Inputs.Select(input => chain.Input(Elements.Of(input.ElementType), input.Shape.AsSpan()))]);
    }

    private static AcceleratorKernel ToKernel(LoweringContext context, ElementwiseChain chain) => new(arguments =>
    [
        chain.Dispatch(
            context.Inputs.Select((input, i) => Elements.Input(arguments, i, input.ElementType)),
            context.Outputs.Select((output, i) => Elements.Output(arguments, i, output.ElementType)),
            table => arguments.Table<int>(table)),
    ]);

    // A function has the operation's name, in the class for the type of its last operand; constants follow the operands.
    private static int Call(ElementwiseChain chain, ElementwiseOperation operation, params ReadOnlySpan<int> operands)
    {
        var type = chain.Values[operands[^1]].Type;
        if (operation is Cast cast)
        {
            var target = Elements.Of(cast.Type);
            return type == target ? operands[0] : chain.Call(typeof(Conversions), $"{type.Name}To{target.Name}", operands);
        }

        ReadOnlySpan<double> constants = operation switch
        {
            PowConstant pow => [pow.Exponent],
            Clamp clamp => [clamp.Minimum, clamp.Maximum],
            LeakyRelu leakyRelu => [leakyRelu.Slope],
            _ => [],
        };
        int[] all = [.. operands, .. constants.ToArray().Select(constant => chain.Constant((float)constant))];
        return chain.Call(Functions(type), operation.Name, all);
    }

    private static Type Functions(Type type) =>
        type == typeof(float) ? typeof(FloatFunctions)
        : type == typeof(int) ? typeof(Int32Functions)
        : type == typeof(long) ? typeof(Int64Functions)
        : type == typeof(byte) ? typeof(UInt8Functions)
        : typeof(BoolFunctions);
}
