using ComputeCore.Devices.Reference;

namespace ComputeCore.Operations;

/// <summary>
/// The first input, for use only after the second has been computed. No kernel runs; what takes this value is scheduled later,
/// and is not the same as what takes the first input itself.
/// </summary>
internal sealed record After : Operation, ISampled
{
    public static IEnumerable<Sample> Samples => [new(new After(), Draw.Normal([2, 6]), Draw.Normal([3]))];

    public override bool IsView => true;

    public override Tolerance Tolerance => Tolerance.Exact;

    public override IReadOnlyList<TensorType> Infer(IReadOnlyList<TensorType> inputs)
    {
        ExpectCount(inputs, 2, 2);
        return [inputs[0]];
    }

    internal override void Evaluate(ReferenceArguments arguments) => arguments.X.Values.CopyTo(arguments.Y.Values);

    internal override IReadOnlyList<Tensor?> Differentiate(Differential d) => [d.Dy, null];

    internal override double Flops(IReadOnlyList<TensorType> inputs, IReadOnlyList<TensorType> outputs) => 0;
}
