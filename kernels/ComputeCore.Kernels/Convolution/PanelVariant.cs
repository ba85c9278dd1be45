using ComputeCore.Kernels.Gemm;

namespace ComputeCore.Kernels.Convolution;

/// <summary>The launches of convolutions over frames and panels, and their scratch memory: see <see cref="PanelConvolution"/>.</summary>
internal static class PanelVariant
{
    // Work-items that keep a processor's cores busy.
    private const int EnoughItems = 512;

    private const int LineGroup = 64;

    private static readonly Extent Group = new(8, 4);

    // Enough work in a group of Pad, whose rows are short.
    private static readonly Extent PadGroup = new(16, 8);

    /// <summary>Elements of the frames around x.</summary>
    public static int InputFrames(ConvolutionShape shape) => Count(Frame.OfInput(shape), shape.N * shape.C);

    /// <summary>Elements of the frames around dy.</summary>
    public static int GradientFrames(ConvolutionShape shape) => Count(Frame.OfGradient(shape), shape.N * shape.K);

    /// <summary>Elements of the weights' panels for y.</summary>
    public static int ForwardPanels(ConvolutionShape shape) => Panels(ConvolutionArguments.Forward(shape), shape.Groups);

    /// <summary>Elements of the weights' panels for dx.</summary>
    public static int DataPanels(ConvolutionShape shape) => Panels(ConvolutionArguments.Data(shape), shape.Groups);

    /// <summary>Elements of dy's panels for dw.</summary>
    public static int Turned(ConvolutionShape shape) =>
        checked(shape.N * shape.Groups * Extent.Cover(shape.K / shape.Groups, PanelSums.Columns) * PanelSums.Columns * shape.P * shape.Q);

    /// <summary>Elements of the parts of dw.</summary>
    public static int Sums(ConvolutionShape shape) => checked(Parts(shape) * PartSize(shape));

    /// <summary>The launches for y.</summary>
    public static IEnumerable<KernelDispatch> Forward(
        ConvolutionShape shape,
        DeviceView<float> x,
        DeviceView<float> weights,
        DeviceView<float> bias,
        DeviceView<float> y,
        DeviceView<float> frames,
        DeviceView<float> panels)
    {
        var frame = Frame.OfInput(shape);
        var arguments = frame.Apply(ConvolutionArguments.Forward(shape), shape.C, shape.Groups) with { OriginY = 0, OriginX = 0 };
        yield return Pad(frame, shape.N * shape.C, x, frames);
        yield return Pack(arguments, shape.Groups, weights, panels, arguments.Depth, arguments.Taps);
        yield return Product(shape, arguments, panels, frames, bias, y);
    }

    /// <summary>The launches for dx.</summary>
    public static IEnumerable<KernelDispatch> Data(
        ConvolutionShape shape, DeviceView<float> dy, DeviceView<float> weights, DeviceView<float> dx, DeviceView<float> frames, DeviceView<float> panels)
    {
        var frame = Frame.OfGradient(shape);
        var arguments = frame.Apply(ConvolutionArguments.Data(shape), shape.K, shape.Groups) with
        {
            StrideY = 1,
            StrideX = 1,
            OriginY = (shape.R - 1) * shape.DilationY,
            OriginX = (shape.S - 1) * shape.DilationX,
        };
        yield return Pad(frame, shape.N * shape.K, dy, frames);
        yield return Pack(arguments, shape.Groups, weights, panels, arguments.Taps, arguments.Rows * arguments.Taps);
        yield return Product(shape, arguments, panels, frames, dx, dx);
    }

    /// <summary>The launches for dw.</summary>
    public static IEnumerable<KernelDispatch> Weights(
        ConvolutionShape shape,
        DeviceView<float> x,
        DeviceView<float> dy,
        DeviceView<float> dw,
        DeviceView<float> frames,
        DeviceView<float> turned,
        DeviceView<float> sums)
    {
        var frame = Frame.OfInput(shape);
        var arguments = frame.Apply(ConvolutionArguments.Weights(shape), shape.C, shape.Groups) with
        {
            OriginY = 0,
            OriginX = 0,
            SplitDepth = PartImages(shape) * shape.P * shape.Q,
        };
        var (panels, eights) = (Extent.Cover(arguments.Rows, PanelSums.Columns), Extent.Cover(arguments.Columns, PanelSums.Rows));
        var parts = Parts(shape);
        yield return Pad(frame, shape.N * shape.C, x, frames);
        yield return PanelConvolution.Dispatch.Turn(
            new(Extent.Cover(arguments.PlaneSize, LineGroup), panels, shape.N * shape.Groups), LineGroup, dy, turned, arguments.Rows, arguments.PlaneSize);
        yield return PanelConvolution.Dispatch.Weights(
            new(Extent.Cover(eights, Group.X), Extent.Cover(panels, Group.Y), shape.Groups * parts),
            Group,
            turned,
            frames,
            sums,
            arguments,
            shape.Groups);
        var count = checked((int)dw.Length);
        yield return PanelConvolution.Dispatch.Gather(
            FlatIndex.GridFor(count), FlatIndex.GroupSize, sums, dw, arguments.Rows, arguments.Columns, parts, PartSize(shape), count);
    }

    private static KernelDispatch Pad(Frame frame, int planes, DeviceView<float> images, DeviceView<float> frames) => PanelConvolution.Dispatch.Pad(
        new(Extent.Cover(frame.FrameWidth, PadGroup.X), Extent.Cover(frame.FrameHeight, PadGroup.Y), planes), PadGroup, images, frames, frame);

    private static KernelDispatch Pack(
        ConvolutionArguments arguments, int groups, DeviceView<float> weights, DeviceView<float> panels, int rowStride, int blockStride) => PanelGemm.Pack(
        weights, panels, PanelSums.Rows, arguments.Rows, arguments.Depth, groups, 0, arguments.Rows * arguments.Depth, rowStride, arguments.Taps, blockStride);

    private static KernelDispatch Product(
        ConvolutionShape shape, ConvolutionArguments arguments, DeviceView<float> panels, DeviceView<float> frames, DeviceView<float> bias, DeviceView<float> y)
    {
        var segments = arguments.PlaneSize / arguments.PlaneWidth * Extent.Cover(arguments.PlaneWidth, Float16.Count);
        var grid = new Extent(
            Extent.Cover(segments, Group.X), Extent.Cover(Extent.Cover(arguments.Rows, PanelSums.Rows), Group.Y), shape.N * shape.Groups);
        return arguments.StrideX == 1
            ? PanelConvolution.Dispatch.Product(grid, Group, panels, frames, bias, y, arguments, shape.Groups)
            : PanelConvolution.Dispatch.ProductStrided(grid, Group, panels, frames, bias, y, arguments, shape.Groups);
    }

    private static int Count(Frame frame, int planes) => checked(planes * frame.FrameHeight * frame.FrameWidth);

    private static int Panels(ConvolutionArguments arguments, int groups) =>
        checked(groups * arguments.Depth * Extent.Cover(arguments.Rows, PanelSums.Rows) * PanelSums.Rows);

    // Elements of one part of dw.
    private static int PartSize(ConvolutionShape shape)
    {
        var arguments = ConvolutionArguments.Weights(shape);
        return checked(shape.Groups
            * Extent.Cover(arguments.Rows, PanelSums.Columns) * PanelSums.Columns
            * Extent.Cover(arguments.Columns, PanelSums.Rows) * PanelSums.Rows);
    }

    private static int Parts(ConvolutionShape shape) => Extent.Cover(shape.N, PartImages(shape));

    // The parts depend on the shape alone, and so do the bits.
    private static int PartImages(ConvolutionShape shape) =>
        Extent.Cover(shape.N, Extent.Cover(EnoughItems, PartSize(shape) / (PanelSums.Rows * PanelSums.Columns)));
}
