using ComputeCore.Devices.Cpu;
using ComputeCore.Devices.Reference;

namespace ComputeCore.Operations;

/// <summary>
/// A graph of element-wise operations as one node, which a device computes with one pass over memory. Values are numbered: the
/// inputs first, then the instructions' results.
/// </summary>
/// <param name="InputCount">How many inputs there are; they broadcast to the shape of the results.</param>
/// <param name="Instructions">The operations in order.</param>
/// <param name="Results">The numbers of the values that are the node's results; all have one shape.</param>
internal sealed record FusedElementwise(int InputCount, EquatableArray<FusedInstruction> Instructions, Axes Results) : Operation, ISampled, ICpuOperation
{
    public static IEnumerable<Sample> Samples =>
    [
        // (a + b) · a, with both results.
        new(new FusedElementwise(2, [new(new Add(), [0, 1]), new(new Multiply(), [2, 0])], [2, 3]), Draw.Normal([3, 5]), Draw.Normal([3, 5])),
        // x > threshold ? exp(x) : bias, with the condition as a result; everything but x broadcasts.
        new(
            new FusedElementwise(3, [new(new Greater(), [0, 1]), new(new Exp(), [0]), new(new Where(), [3, 4, 2])], [3, 5]),
            Draw.Normal([2, 3, 17]), Draw.Normal([]), Draw.Normal([3, 1])),
        // A result that is computed from scalars, and one input that several instructions read.
        new(
            new FusedElementwise(2, [new(new Multiply(), [1, 1]), new(new Sigmoid(), [0]), new(new Add(), [3, 2]), new(new Multiply(), [4, 0])], [5]),
            Draw.Normal([40, 33]), Draw.Normal([])),
        new(new FusedElementwise(2, [new(new LogicalAnd(), [0, 1]), new(new LogicalNot(), [2])], [3]), Draw.Integers([3, 70], ElementType.Bool, 0, 1), Draw.Integers([70], ElementType.Bool, 0, 1)),
    ];

    /// <inheritdoc/>
    public override string Name => string.Join(" ", Instructions.Select(instruction => instruction.Operation.Name));

    /// <summary>Whether an application of an operation can be an instruction on every device: it is element-wise, on f32 and bool.</summary>
    public static bool CanHold(Graphs.Node node) =>
        node.Operation is ElementwiseOperation && node.Inputs.Concat(node.Outputs).All(tensor => ElementwisePrograms.IsComputable(tensor.Type));

    public override IReadOnlyList<TensorType> Infer(IReadOnlyList<TensorType> inputs)
    {
        ExpectCount(inputs, InputCount, InputCount);
        var values = inputs.ToList();
        foreach (var instruction in Instructions)
            values.Add(instruction.Operation.Infer([.. instruction.Operands.Select(operand => values[operand])])[0]);
        TensorType[] results = [.. Results.Select(result => values[result])];
        var shape = inputs.Select(input => input.Shape).Aggregate(Shape.Broadcast);
        if (results.Any(result => result.Shape != shape))
            throw Mismatch(inputs, $"all results of a fused node must have the shape {shape}");
        return results;
    }

    internal override void Evaluate(ReferenceArguments arguments)
    {
        var values = new double[InputCount + Instructions.Count];
        var element = 0;
        foreach (var index in arguments.Y.Indices())
        {
            for (var i = 0; i < InputCount; i++)
                values[i] = arguments.Inputs[i].Broadcast(index);
            for (var i = 0; i < Instructions.Count; i++)
                values[InputCount + i] = Instructions[i].Operation.Evaluate([.. Instructions[i].Operands.Select(operand => values[operand])]);
            for (var i = 0; i < Results.Count; i++)
                arguments.Outputs[i].Values[element] = values[Results[i]];
            element++;
        }
    }

    internal override bool MayOverwrite(int output, int input) => true;

    internal override double Flops(IReadOnlyList<TensorType> inputs, IReadOnlyList<TensorType> outputs) =>
        (double)outputs[0].Shape.ElementCount * Instructions.Count;

    CpuKernel ICpuOperation.Lower(CpuLowering lowering) => ElementwisePrograms.ToKernel(lowering, (program, inputs) =>
    {
        var values = inputs.ToList();
        foreach (var instruction in Instructions)
            values.Add(instruction.Operation.EmitCpu(program, [.. instruction.Operands.Select(operand => values[operand])]));
        return [.. Results.Select(result => values[result])];
    });
}

/// <summary>One operation of a <see cref="FusedElementwise"/>.</summary>
/// <param name="Operation">What is computed.</param>
/// <param name="Operands">From which values, by their numbers.</param>
internal sealed record FusedInstruction(ElementwiseOperation Operation, Axes Operands);
