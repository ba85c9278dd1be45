namespace ComputeCore.Kernels.Convolution;

/// <summary>A convolution over padded images with tiles of some size: its kernels, their scratch memory, and how they are launched.</summary>
/// <param name="Name">The tile's size.</param>
/// <param name="Rows">Rows of a tile.</param>
/// <param name="Columns">Columns of a tile.</param>
/// <param name="Group">Work-items of a group.</param>
/// <param name="ProductKernel">The launch method of y's and dx's kernel.</param>
/// <param name="WeightsKernel">The launch method of dw's kernel.</param>
internal sealed record PaddedVariant(
    string Name,
    int Rows,
    int Columns,
    Extent Group,
    Func<Extent, Extent, DeviceView<float>, DeviceView<float>, DeviceView<float>, DeviceView<float>, ConvolutionArguments, KernelDispatch> ProductKernel,
    Func<Extent, Extent, DeviceView<float>, DeviceView<float>, DeviceView<float>, ConvolutionArguments, KernelDispatch> WeightsKernel)
{
    /// <summary>All tiles, the one that suits most devices and shapes first.</summary>
    public static IReadOnlyList<PaddedVariant> All { get; } =
    [
        new("padded 64x64", 64, 64, new(8, 8), PaddedConvolution.Dispatch.Product64x64, PaddedConvolution.Dispatch.Weights64x64),
        new("padded 32x128", 32, 128, new(16, 4), PaddedConvolution.Dispatch.Product32x128, PaddedConvolution.Dispatch.Weights32x128),
    ];

    /// <summary>Elements of the frames around x.</summary>
    public static int InputFrames(ConvolutionShape shape) => Count(Frame.OfInput(shape), shape.N * shape.C);

    /// <summary>Elements of the frames around dy.</summary>
    public static int GradientFrames(ConvolutionShape shape) => Count(Frame.OfGradient(shape), shape.N * shape.K);

    /// <summary>Elements of the packed weights for y.</summary>
    public static int ForwardPacked(ConvolutionShape shape) => Packed(ConvolutionArguments.Forward(shape), shape.Groups);

    /// <summary>Elements of the packed weights for dx.</summary>
    public static int DataPacked(ConvolutionShape shape) => Packed(ConvolutionArguments.Data(shape), shape.Groups);

    /// <summary>The launches for y.</summary>
    public IEnumerable<KernelDispatch> Forward(
        ConvolutionShape shape,
        DeviceView<float> x,
        DeviceView<float> weights,
        DeviceView<float> bias,
        DeviceView<float> y,
        DeviceView<float> frames,
        DeviceView<float> packed)
    {
        var arguments = Frame.OfInput(shape).Apply(ConvolutionArguments.Forward(shape), shape.C, shape.Groups) with { OriginY = 0, OriginX = 0 };
        yield return Pad(Frame.OfInput(shape), x, frames);
        yield return Pack(arguments, weights, packed, arguments.Depth, arguments.Taps);
        yield return ProductKernel(Grid(arguments, shape.Groups), Group, packed, frames, bias, y, arguments);
    }

    /// <summary>The launches for dx.</summary>
    public IEnumerable<KernelDispatch> Data(
        ConvolutionShape shape, DeviceView<float> dy, DeviceView<float> weights, DeviceView<float> dx, DeviceView<float> frames, DeviceView<float> packed)
    {
        var arguments = Frame.OfGradient(shape).Apply(ConvolutionArguments.Data(shape), shape.K, shape.Groups) with
        {
            StrideY = 1,
            StrideX = 1,
            OriginY = (shape.R - 1) * shape.DilationY,
            OriginX = (shape.S - 1) * shape.DilationX,
        };
        yield return Pad(Frame.OfGradient(shape), dy, frames);
        yield return Pack(arguments, weights, packed, arguments.Taps, arguments.Rows * arguments.Taps);
        yield return ProductKernel(Grid(arguments, shape.Groups), Group, packed, frames, dx, dx, arguments);
    }

    /// <summary>Into how many parts the sum over pixels is split for dw.</summary>
    public int Splits(ConvolutionShape shape)
    {
        var arguments = ConvolutionArguments.Weights(shape);
        return ConvolutionVariant.Splits(arguments.Depth, Grid(arguments, shape.Groups).Count);
    }

    /// <summary>The launches for dw.</summary>
    /// <param name="shape">The convolution.</param>
    /// <param name="x">Its input.</param>
    /// <param name="dy">The gradient at its output.</param>
    /// <param name="dw">The result.</param>
    /// <param name="frames">Memory for the frames around x.</param>
    /// <param name="partial">Memory for as many results as there are splits, if there is more than one.</param>
    /// <param name="splits">See <see cref="Splits"/>.</param>
    public IEnumerable<KernelDispatch> Weights(
        ConvolutionShape shape,
        DeviceView<float> x,
        DeviceView<float> dy,
        DeviceView<float> dw,
        DeviceView<float> frames,
        DeviceView<float> partial,
        int splits)
    {
        var arguments = Frame.OfInput(shape).Apply(ConvolutionArguments.Weights(shape), shape.C, shape.Groups) with { OriginY = 0, OriginX = 0 };
        yield return Pad(Frame.OfInput(shape), x, frames);
        yield return WeightsKernel(
            Grid(arguments, shape.Groups * splits), Group, dy, frames, splits > 1 ? partial : dw, ConvolutionVariant.Split(arguments, splits));
        if (splits > 1)
            yield return ConvolutionVariant.Gather(partial, dw, arguments.SplitStride, splits);
    }

    private static KernelDispatch Pad(Frame frame, DeviceView<float> images, DeviceView<float> frames)
    {
        var count = checked((int)frames.Length);
        return PaddedConvolution.Dispatch.Pad(FlatIndex.GridFor(count), FlatIndex.GroupSize, images, frames, frame, count);
    }

    private static KernelDispatch Pack(ConvolutionArguments arguments, DeviceView<float> weights, DeviceView<float> packed, int rowStride, int blockStride)
    {
        var count = checked((int)packed.Length);
        return PaddedConvolution.Dispatch.Pack(
            FlatIndex.GridFor(count), FlatIndex.GroupSize, weights, packed, arguments.Rows, arguments.Depth, arguments.Taps, rowStride, blockStride, count);
    }

    private static int Count(Frame frame, int planes) => checked(planes * frame.FrameHeight * frame.FrameWidth);

    private static int Packed(ConvolutionArguments arguments, int groups) => checked(groups * arguments.Depth * PackedLines.Pitch(arguments.Rows));

    private Extent Grid(ConvolutionArguments arguments, int depth) => new(Extent.Cover(arguments.Columns, Columns), Extent.Cover(arguments.Rows, Rows), depth);
}
