using ComputeCore.Devices.Cpu;
using ComputeCore.Devices.Reference;

namespace ComputeCore.Operations;

/// <summary>The same elements in other memory: how a value is stored in a variable when it can't be computed there.</summary>
internal sealed record Copy : Operation, ISampled, ICpuOperation
{
    public static IEnumerable<Sample> Samples => [new(new Copy(), Draw.Normal([3, 5])), new(new Copy(), Draw.Integers([7], ElementType.Bool, 0, 1))];

    public override Tolerance Tolerance => Tolerance.Exact;

    public override IReadOnlyList<TensorType> Infer(IReadOnlyList<TensorType> inputs) => inputs;

    internal override void Evaluate(ReferenceArguments arguments) => arguments.X.Values.CopyTo(arguments.Y.Values);

    internal override double Flops(IReadOnlyList<TensorType> inputs, IReadOnlyList<TensorType> outputs) => 0;

    internal override IReadOnlyList<Tensor?> Differentiate(Differential d) => [d.Dy];

    CpuKernel ICpuOperation.Lower(CpuLowering lowering)
    {
        var type = lowering.Outputs[0];
        return StridedCopies.ToKernel(type, type.Shape, 0, type.Shape.Strides(), 0, type.Shape.Strides());
    }
}
