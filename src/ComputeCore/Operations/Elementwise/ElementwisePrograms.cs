using ComputeCore.Devices.Cpu;
using ComputeCore.Kernels.Cpu.Elementwise;

namespace ComputeCore.Operations;

/// <summary>How element-wise operations become programs of the CPU.</summary>
internal static unsafe class ElementwisePrograms
{
    /// <summary>Whether programs read and write tensors of a type.</summary>
    public static bool IsComputable(TensorType type) => type.ElementType is ElementType.Float32 or ElementType.Bool;

    /// <summary>The kernel that runs a program.</summary>
    /// <param name="lowering">The inputs' types and the results', which all have one shape.</param>
    /// <param name="emit">Adds the operations, given the numbers of the inputs' values; returns the numbers of the results.</param>
    public static CpuKernel ToKernel(CpuLowering lowering, Func<ElementwiseProgramBuilder, int[], IReadOnlyList<int>> emit)
    {
        var builder = new ElementwiseProgramBuilder(lowering.Outputs[0].Shape.AsSpan());
        int[] values = [.. lowering.Inputs.Select(input => builder.Input(InProgram(input), input.Shape.AsSpan()))];
        var results = emit(builder, values);
        for (var i = 0; i < results.Count; i++)
            builder.Output(results[i], InProgram(lowering.Outputs[i]));
        var program = builder.Build();

        var (inputCount, outputCount) = (lowering.Inputs.Count, lowering.Outputs.Count);
        return new CpuKernel(arguments =>
        {
            var inputs = stackalloc void*[inputCount];
            var outputs = stackalloc void*[outputCount];
            for (var i = 0; i < inputCount; i++)
                inputs[i] = arguments.Input<byte>(i);
            for (var i = 0; i < outputCount; i++)
                outputs[i] = arguments.Output<byte>(i);
            program.Run(arguments.Pool, inputs, outputs, arguments.Workspace);
        })
        {
            WorkspaceBytes = program.WorkspaceBytes(lowering.Workers),
        };
    }

    private static ElementwiseType InProgram(TensorType type) => type.ElementType == ElementType.Bool ? ElementwiseType.Bool : ElementwiseType.Float32;
}
