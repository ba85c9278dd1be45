using ComputeCore.Devices.Cpu;
using ComputeCore.Devices.Reference;

namespace ComputeCore.Operations;

/// <summary>The gradient of <see cref="Slice"/>: zeros of the sliced tensor's shape, with the input where the slice was taken.</summary>
/// <param name="Shape">The sliced tensor's shape.</param>
/// <param name="Starts">The slice's first index of each axis.</param>
/// <param name="Steps">Its step along each axis.</param>
public sealed record SliceGradient(Shape Shape, Axes Starts, Axes Steps) : Operation, ISampled, ICpuOperation
{
    /// <inheritdoc/>
    public static IEnumerable<Sample> Samples =>
    [
        new(new SliceGradient([7, 5], [2, 0], [1, 1]), Draw.Normal([4, 5])),
        new(new SliceGradient([9, 11], [1, 0], [2, 3]), Draw.Normal([4, 4])),
        new(new SliceGradient([2, 3, 8, 8], [0, 1, 2, 1], [1, 1, 1, 2]), Draw.Normal([2, 2, 5, 4])),
        new(new SliceGradient([3, 4], [1, 0], [1, 1]), Draw.Normal([0, 4])),
    ];

    /// <inheritdoc/>
    public override Tolerance Tolerance => Tolerance.Exact;

    /// <inheritdoc/>
    public override IReadOnlyList<TensorType> Infer(IReadOnlyList<TensorType> inputs)
    {
        ExpectCount(inputs, 1, 1);
        if (!Slice.Fits(Shape, Starts, Axes.Create(inputs[0].Shape.AsSpan()), Steps))
            throw Mismatch(inputs, $"it is no slice of {Shape} from {Starts} in steps of {Steps}");
        return [inputs[0] with { Shape = Shape }];
    }

    internal override void Evaluate(ReferenceArguments arguments)
    {
        arguments.Y.Values.Clear();
        foreach (var index in arguments.X.Indices())
            arguments.Y[Slice.Source(index, Starts, Steps)] = arguments.X[index];
    }

    internal override IReadOnlyList<Tensor?> Differentiate(Differential d) =>
        [Graphs.Node.Apply(new Slice(Starts, Axes.Create(d.X.Shape.AsSpan()), Steps), d.Dy)];

    internal override double Flops(IReadOnlyList<TensorType> inputs, IReadOnlyList<TensorType> outputs) => 0;

    CpuKernel ICpuOperation.Lower(CpuLowering lowering)
    {
        var (part, whole) = (lowering.Inputs[0].Shape, lowering.Outputs[0]);
        var (offset, strides) = Slice.Layout(Shape, Starts, Steps);
        var copy = StridedCopies.ToKernel(whole, part, 0, part.Strides(), offset, strides);
        return new CpuKernel(arguments =>
        {
            StridedCopies.Clear(arguments, whole);
            copy.Body(arguments);
        });
    }
}
