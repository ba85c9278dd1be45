using ComputeCore.Devices.Cpu;
using ComputeCore.Devices.Reference;
using ComputeCore.Graphs;
using ComputeCore.Kernels.Cpu.Convolution;

namespace ComputeCore.Operations;

/// <summary>A convolution's gradient with respect to its input, from dy [N, K, P, Q] and w; also called transposed convolution.</summary>
/// <param name="Geometry">How the convolution's kernel moves.</param>
/// <param name="InputShape">The shape of the convolution's input; with a stride it does not follow from dy's.</param>
public sealed record ConvolutionDataGradient(ConvolutionGeometry Geometry, Shape InputShape) : ConvolutionOperation(Geometry), ISampled, ICpuOperation
{
    /// <inheritdoc/>
    public static IEnumerable<Sample> Samples =>
    [
        new(new ConvolutionDataGradient(new(1, 1, 1, 1), [2, 3, 6, 5]), Draw.Normal([2, 4, 6, 5]), Draw.Normal([4, 3, 3, 3])),
        new(new ConvolutionDataGradient(new(1, 1, 1, 1), [0, 3, 6, 5]), Draw.Normal([0, 4, 6, 5]), Draw.Normal([4, 3, 3, 3])),
        new(new ConvolutionDataGradient(new(2, 1, 1, 1), [2, 3, 7, 8]), Draw.Normal([2, 5, 4, 4]), Draw.Normal([5, 3, 3, 3])),
        new(new ConvolutionDataGradient(new(1, 2, 2, 1), [1, 2, 7, 6]), Draw.Normal([1, 3, 7, 6]), Draw.Normal([3, 2, 3, 3])),
        new(new ConvolutionDataGradient(new(2, 0, 1, 1), [1, 3, 6, 6]), Draw.Normal([1, 4, 3, 3]), Draw.Normal([4, 3, 1, 1])),
        new(new ConvolutionDataGradient(new(1, 1, 1, 2), [2, 4, 5, 5]), Draw.Normal([2, 6, 5, 5]), Draw.Normal([6, 2, 3, 3])),
        new(new ConvolutionDataGradient(new(1, 1, 1, 4), [1, 4, 6, 7]), Draw.Normal([1, 4, 6, 7]), Draw.Normal([4, 1, 3, 3])),
        new(new ConvolutionDataGradient(new(2, 1, 1, 3), [2, 3, 6, 7]), Draw.Normal([2, 6, 3, 4]), Draw.Normal([6, 1, 3, 3])),
        new(new ConvolutionDataGradient(new(new(1, 2), new(2, 0), new(1, 2), 1), [1, 2, 5, 9]), Draw.Normal([1, 3, 5, 4]), Draw.Normal([3, 2, 5, 2])),
        new(new ConvolutionDataGradient(new(1, 1, 1, 1), [1, 16, 9, 9]), Draw.Normal([1, 17, 9, 9]), Draw.Normal([17, 16, 3, 3], deviation: 0.1)),
    ];

    /// <inheritdoc/>
    public override IReadOnlyList<TensorType> Infer(IReadOnlyList<TensorType> inputs)
    {
        ExpectCount(inputs, 2, 2);
        ExpectFloat(inputs, 0, 1);
        var y = OutputShape(inputs, InputShape, inputs[1].Shape);
        if (inputs[0].Shape != y)
            throw Mismatch(inputs, $"the convolution of {InputShape} gives {y}, and so must be its gradient");
        return [inputs[0] with { Shape = InputShape }];
    }

    internal override void Evaluate(ReferenceArguments arguments)
    {
        var (dy, w, dx) = (arguments.Inputs[0], arguments.Inputs[1], arguments.Y);
        dx.Values.Clear();
        foreach (var (ix, iw, iy) in Products(dx.Shape, w.Shape, dy.Shape))
            dx.Values[ix] += dy.Values[iy] * w.Values[iw];
    }

    internal override IReadOnlyList<Tensor?> Differentiate(Differential d)
    {
        var (dy, w) = (d.Inputs[0], d.Inputs[1]);
        return
        [
            Node.Apply(new Convolution2d(Geometry), d.Dy, w),
            Node.Apply(new ConvolutionWeightGradient(Geometry, w.Shape), d.Dy, dy),
        ];
    }

    unsafe CpuKernel ICpuOperation.Lower(CpuLowering lowering)
    {
        var shape = ToKernel(InputShape, lowering.Inputs[1].Shape, lowering.Inputs[0].Shape);
        return new CpuKernel(arguments => Convolution2D.BackwardData(
            arguments.Pool,
            shape,
            arguments.Input<float>(0),
            arguments.Input<float>(1),
            arguments.Output<float>(0),
            arguments.Workspace))
        {
            WorkspaceBytes = Convolution2D.DataWorkspaceBytes(lowering.Pool, shape),
        };
    }

    internal override double Flops(IReadOnlyList<TensorType> inputs, IReadOnlyList<TensorType> outputs) =>
        FlopsOf(inputs[1].Shape, inputs[0].Shape);
}
