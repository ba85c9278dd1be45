using ComputeCore.Accelerators.Tuning;
using ComputeCore.Kernels;
using ComputeCore.Kernels.Convolution;
using ComputeCore.Operations;

namespace ComputeCore.Accelerators.Lowerings;

/// <summary>Convolutions and their gradients.</summary>
internal static class ConvolutionLowerings
{
    public static void AddTo(LoweringTable table)
    {
        table.Add<Convolution2d>(LowerForward);
        table.Add<ConvolutionDataGradient>(LowerData);
        table.Add<ConvolutionWeightGradient>(LowerWeights);
    }

    // The kernels add a bias and apply an activation; a pass of its own over the result does whatever else there is.
    private static AcceleratorKernel LowerForward(Convolution2d convolution, LoweringContext context)
    {
        var shape = ToKernel(convolution.Geometry, context.Inputs[0].Shape, context.Inputs[1].Shape, context.Outputs[0].Shape);
        if (convolution.Epilogue is { HasScale: false, HasResidual: false })
            return LowerForward(shape with { HasBias = convolution.Epilogue.HasBias ? 1 : 0, Activation = (int)convolution.Epilogue.Activation }, context);
        var sums = LowerForward(shape, context);
        return new AcceleratorKernel(arguments => sums.Body(arguments).Append(Finish(convolution.Epilogue, shape, arguments))) { WorkspaceBytes = sums.WorkspaceBytes };
    }

    private static KernelDispatch Finish(ConvolutionEpilogue epilogue, ConvolutionShape shape, AcceleratorArguments arguments)
    {
        var y = arguments.Output<float>(0);
        return ChannelEpilogue.Dispatch.Apply(
            FlatIndex.GridFor(y.Length),
            FlatIndex.GroupSize,
            epilogue.HasScale ? arguments.Input<float>(ConvolutionEpilogue.ScaleInput) : y,
            epilogue.HasBias ? arguments.Input<float>(epilogue.BiasInput) : y,
            epilogue.HasResidual ? arguments.Input<float>(epilogue.ResidualInput) : y,
            y,
            shape.K,
            shape.P * shape.Q,
            epilogue.HasScale ? 1 : 0,
            epilogue.HasBias ? 1 : 0,
            epilogue.HasResidual ? 1 : 0,
            (int)epilogue.Activation,
            checked((int)y.Length));
    }

    private static AcceleratorKernel LowerForward(ConvolutionShape shape, LoweringContext context)
    {
        return Fastest(
            context,
            shape,
            new AcceleratorKernel(arguments =>
            [
                DirectConvolution.Dispatch.Forward(
                    Extent.Cover(arguments.Output<float>(0).Length, DirectConvolution.GroupSize),
                    DirectConvolution.GroupSize,
                    arguments.Input<float>(0),
                    arguments.Input<float>(1),
                    Bias(arguments),
                    arguments.Output<float>(0),
                    shape),
            ]),
            variant => new AcceleratorKernel(arguments =>
                [variant.Forward(shape, arguments.Input<float>(0), arguments.Input<float>(1), Bias(arguments), arguments.Output<float>(0))]),
            () =>
            {
                var scratch = new Scratch();
                var (frames, panels) = (scratch.Take<float>(PanelVariant.InputFrames(shape)), scratch.Take<float>(PanelVariant.ForwardPanels(shape)));
                return scratch.Kernel(arguments => PanelVariant.Forward(
                    shape,
                    arguments.Input<float>(0),
                    arguments.Input<float>(1),
                    Bias(arguments),
                    arguments.Output<float>(0),
                    frames.View(arguments),
                    panels.View(arguments)));
            });

        DeviceView<float> Bias(AcceleratorArguments arguments) => arguments.Input<float>(shape.HasBias != 0 ? 2 : 1);
    }

    private static AcceleratorKernel LowerData(ConvolutionDataGradient gradient, LoweringContext context)
    {
        var shape = ToKernel(gradient.Geometry, gradient.InputShape, context.Inputs[1].Shape, context.Inputs[0].Shape);
        return Fastest(
            context,
            shape,
            new AcceleratorKernel(arguments =>
            [
                DirectConvolution.Dispatch.Data(
                    Extent.Cover(arguments.Output<float>(0).Length, DirectConvolution.GroupSize),
                    DirectConvolution.GroupSize,
                    arguments.Input<float>(0),
                    arguments.Input<float>(1),
                    arguments.Output<float>(0),
                    shape),
            ]),
            variant => new AcceleratorKernel(arguments =>
                [variant.Data(shape, arguments.Input<float>(0), arguments.Input<float>(1), arguments.Output<float>(0))]),
            () =>
            {
                var scratch = new Scratch();
                var (frames, panels) = (scratch.Take<float>(PanelVariant.GradientFrames(shape)), scratch.Take<float>(PanelVariant.DataPanels(shape)));
                return scratch.Kernel(arguments => PanelVariant.Data(
                    shape, arguments.Input<float>(0), arguments.Input<float>(1), arguments.Output<float>(0), frames.View(arguments), panels.View(arguments)));
            });
    }

    private static AcceleratorKernel LowerWeights(ConvolutionWeightGradient gradient, LoweringContext context)
    {
        var shape = ToKernel(gradient.Geometry, context.Inputs[0].Shape, gradient.WeightShape, context.Inputs[1].Shape);
        return Fastest(
            context,
            shape,
            new AcceleratorKernel(arguments =>
            [
                DirectConvolution.Dispatch.Weights(
                    checked((int)arguments.Output<float>(0).Length),
                    DirectConvolution.GroupSize,
                    arguments.Input<float>(0),
                    arguments.Input<float>(1),
                    arguments.Output<float>(0),
                    shape),
            ]),
            variant =>
            {
                var splits = variant.Splits(shape);
                var partial = splits > 1 ? splits * gradient.WeightShape.ElementCount : 0;
                return new AcceleratorKernel(arguments => variant.Weights(
                    shape,
                    arguments.Input<float>(0),
                    arguments.Input<float>(1),
                    arguments.Output<float>(0),
                    partial > 0 ? arguments.Workspace<float>(0, partial) : arguments.Output<float>(0),
                    splits))
                {
                    WorkspaceBytes = sizeof(float) * partial,
                };
            },
            () =>
            {
                var scratch = new Scratch();
                var frames = scratch.Take<float>(PanelVariant.InputFrames(shape));
                var turned = scratch.Take<float>(PanelVariant.Turned(shape));
                var sums = scratch.Take<float>(PanelVariant.Sums(shape));
                return scratch.Kernel(arguments => PanelVariant.Weights(
                    shape,
                    arguments.Input<float>(0),
                    arguments.Input<float>(1),
                    arguments.Output<float>(0),
                    frames.View(arguments),
                    turned.View(arguments),
                    sums.View(arguments)));
            });
    }

    // Where an output channel sees one input channel, the direct kernels come first.
    private static AcceleratorKernel Fastest(
        LoweringContext context, ConvolutionShape shape, AcceleratorKernel direct, Func<ConvolutionVariant, AcceleratorKernel> kernel, Func<AcceleratorKernel> panels)
    {
        Variant[] tiled =
        [
            .. ConvolutionVariant.All.Select(variant => new Variant(variant.Name, kernel(variant))),
            new("panels", panels()),
        ];
        return shape.C == shape.Groups ? context.Fastest([new("direct", direct), .. tiled]) : context.Fastest(tiled);
    }

    private static ConvolutionShape ToKernel(ConvolutionGeometry geometry, Shape x, Shape w, Shape y) => new()
    {
        N = x[0],
        C = x[1],
        H = x[2],
        W = x[3],
        K = w[0],
        R = w[2],
        S = w[3],
        P = y[2],
        Q = y[3],
        StrideY = geometry.Stride.Height,
        StrideX = geometry.Stride.Width,
        PaddingY = geometry.Padding.Height,
        PaddingX = geometry.Padding.Width,
        DilationY = geometry.Dilation.Height,
        DilationX = geometry.Dilation.Width,
        Groups = geometry.Groups,
    };
}
