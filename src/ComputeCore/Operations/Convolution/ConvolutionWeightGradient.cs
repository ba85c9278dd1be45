using ComputeCore.Devices.Cpu;
using ComputeCore.Devices.Reference;
using ComputeCore.Graphs;
using ComputeCore.Kernels.Cpu.Convolution;

namespace ComputeCore.Operations;

/// <summary>A convolution's gradient with respect to its weight, from x [N, C, H, W] and dy [N, K, P, Q].</summary>
/// <param name="Geometry">How the convolution's kernel moves.</param>
/// <param name="WeightShape">The shape of the weight; with a stride it does not follow from x's and dy's.</param>
public sealed record ConvolutionWeightGradient(ConvolutionGeometry Geometry, Shape WeightShape) : ConvolutionOperation(Geometry), ISampled, ICpuOperation
{
    /// <inheritdoc/>
    public static IEnumerable<Sample> Samples =>
    [
        new(new ConvolutionWeightGradient(new(1, 1, 1, 1), [4, 3, 3, 3]), Draw.Normal([2, 3, 6, 5]), Draw.Normal([2, 4, 6, 5])),
        new(new ConvolutionWeightGradient(new(1, 1, 1, 1), [4, 3, 3, 3]), Draw.Normal([0, 3, 6, 5]), Draw.Normal([0, 4, 6, 5])),
        new(new ConvolutionWeightGradient(new(2, 1, 1, 1), [5, 3, 3, 3]), Draw.Normal([2, 3, 7, 8]), Draw.Normal([2, 5, 4, 4])),
        new(new ConvolutionWeightGradient(new(1, 2, 2, 1), [3, 2, 3, 3]), Draw.Normal([1, 2, 7, 6]), Draw.Normal([1, 3, 7, 6])),
        new(new ConvolutionWeightGradient(new(2, 0, 1, 1), [4, 3, 1, 1]), Draw.Normal([1, 3, 6, 6]), Draw.Normal([1, 4, 3, 3])),
        new(new ConvolutionWeightGradient(new(1, 1, 1, 2), [6, 2, 3, 3]), Draw.Normal([2, 4, 5, 5]), Draw.Normal([2, 6, 5, 5])),
        new(new ConvolutionWeightGradient(new(1, 1, 1, 4), [4, 1, 3, 3]), Draw.Normal([1, 4, 6, 7]), Draw.Normal([1, 4, 6, 7])),
        new(new ConvolutionWeightGradient(new(2, 1, 1, 3), [6, 1, 3, 3]), Draw.Normal([2, 3, 6, 7]), Draw.Normal([2, 6, 3, 4])),
        new(new ConvolutionWeightGradient(new(new(1, 2), new(2, 0), new(1, 2), 1), [3, 2, 5, 2]), Draw.Normal([1, 2, 5, 9]), Draw.Normal([1, 3, 5, 4])),
        new(new ConvolutionWeightGradient(new(1, 1, 1, 1), [17, 16, 3, 3]), Draw.Normal([2, 16, 9, 9], deviation: 0.3), Draw.Normal([2, 17, 9, 9])),
    ];

    /// <inheritdoc/>
    public override IReadOnlyList<TensorType> Infer(IReadOnlyList<TensorType> inputs)
    {
        ExpectCount(inputs, 2, 2);
        ExpectFloat(inputs, 0, 1);
        var y = OutputShape(inputs, inputs[0].Shape, WeightShape);
        if (inputs[1].Shape != y)
            throw Mismatch(inputs, $"the convolution by {WeightShape} gives {y}, and so must be its gradient");
        return [inputs[0] with { Shape = WeightShape }];
    }

    internal override void Evaluate(ReferenceArguments arguments)
    {
        var (x, dy, dw) = (arguments.Inputs[0], arguments.Inputs[1], arguments.Y);
        dw.Values.Clear();
        foreach (var (ix, iw, iy) in Products(x.Shape, dw.Shape, dy.Shape))
            dw.Values[iw] += x.Values[ix] * dy.Values[iy];
    }

    internal override IReadOnlyList<Tensor?> Differentiate(Differential d)
    {
        var (x, dy) = (d.Inputs[0], d.Inputs[1]);
        return
        [
            Node.Apply(new ConvolutionDataGradient(Geometry, x.Shape), dy, d.Dy),
            Node.Apply(new Convolution2d(Geometry), x, d.Dy),
        ];
    }

    unsafe CpuKernel ICpuOperation.Lower(CpuLowering lowering)
    {
        var shape = ToKernel(lowering.Inputs[0].Shape, WeightShape, lowering.Inputs[1].Shape);
        // A sum over no images.
        if (lowering.Inputs[1].Shape.ElementCount == 0)
        {
            var count = checked((int)WeightShape.ElementCount);
            return new CpuKernel(arguments => new Span<float>(arguments.Output<float>(0), count).Clear());
        }

        return new CpuKernel(arguments => Convolution2D.BackwardWeights(
            arguments.Pool,
            shape,
            arguments.Input<float>(0),
            arguments.Input<float>(1),
            arguments.Output<float>(0),
            arguments.Workspace))
        {
            WorkspaceBytes = Convolution2D.WeightsWorkspaceBytes(lowering.Pool, shape),
        };
    }

    internal override double Flops(IReadOnlyList<TensorType> inputs, IReadOnlyList<TensorType> outputs) =>
        FlopsOf(WeightShape, inputs[1].Shape);
}
