using ComputeCore.Kernels.Gemm;

namespace ComputeCore.Kernels.Convolution;

/// <summary>An implicit matrix product with tiles of some size: its kernels, and how they are launched.</summary>
/// <param name="Name">The tile's size.</param>
/// <param name="Size">Rows, and as many columns, of a tile.</param>
/// <param name="Group">Work-items of a group.</param>
/// <param name="ForwardKernel">The launch method of y's kernel.</param>
/// <param name="DataKernel">The launch method of dx's kernel.</param>
/// <param name="WeightsKernel">The launch method of dw's kernel.</param>
internal sealed record ConvolutionVariant(
    string Name,
    int Size,
    Extent Group,
    Func<Extent, Extent, DeviceView<float>, DeviceView<float>, DeviceView<float>, DeviceView<float>, ConvolutionArguments, KernelDispatch> ForwardKernel,
    Func<Extent, Extent, DeviceView<float>, DeviceView<float>, DeviceView<float>, ConvolutionArguments, KernelDispatch> DataKernel,
    Func<Extent, Extent, DeviceView<float>, DeviceView<float>, DeviceView<float>, ConvolutionArguments, KernelDispatch> WeightsKernel)
{
    // What keeps a large device busy, and the least depth that is worth a group's while.
    private const int EnoughGroups = 256;
    private const int LeastDepth = 256;

    /// <summary>All tiles, the one that suits most devices and shapes first.</summary>
    public static IReadOnlyList<ConvolutionVariant> All { get; } =
    [
        new("64x64", 64, new(8, 8), ImplicitGemm.Dispatch.Forward64x64, ImplicitGemm.Dispatch.Data64x64, ImplicitGemm.Dispatch.Weights64x64),
        new("32x32", 32, new(8, 8), ImplicitGemm.Dispatch.Forward32x32, ImplicitGemm.Dispatch.Data32x32, ImplicitGemm.Dispatch.Weights32x32),
        new("128x128", 128, new(16, 16), ImplicitGemm.Dispatch.Forward128x128, ImplicitGemm.Dispatch.Data128x128, ImplicitGemm.Dispatch.Weights128x128),
    ];

    /// <summary>The launch for y.</summary>
    public KernelDispatch Forward(ConvolutionShape shape, DeviceView<float> x, DeviceView<float> weights, DeviceView<float> bias, DeviceView<float> y)
    {
        var arguments = ConvolutionArguments.Forward(shape);
        return ForwardKernel(Grid(arguments, shape.Groups), Group, weights, x, bias, y, arguments);
    }

    /// <summary>The launch for dx.</summary>
    public KernelDispatch Data(ConvolutionShape shape, DeviceView<float> dy, DeviceView<float> weights, DeviceView<float> dx)
    {
        var arguments = ConvolutionArguments.Data(shape);
        return DataKernel(Grid(arguments, shape.Groups), Group, weights, dy, dx, arguments);
    }

    /// <summary>Into how many parts the sum over pixels is split for dw, which depends on the shape alone, and so do the bits.</summary>
    public int Splits(ConvolutionShape shape)
    {
        var arguments = ConvolutionArguments.Weights(shape);
        return Splits(arguments.Depth, Grid(arguments, shape.Groups).Count);
    }

    /// <summary>Into how many parts a depth is split where so many groups share the rest of the work.</summary>
    public static int Splits(int depth, long groups) => (int)Math.Max(1, Math.Min(EnoughGroups / groups, depth / LeastDepth));

    /// <summary>The arguments of dw's parts.</summary>
    public static ConvolutionArguments Split(ConvolutionArguments arguments, int splits) => splits == 1 ? arguments : arguments with
    {
        Splits = splits,
        SplitDepth = Extent.Cover(Extent.Cover(arguments.Depth, splits), GemmVariant.DepthStep) * GemmVariant.DepthStep,
        ResultVector = arguments.SplitStride % 4 == 0 ? arguments.ResultVector : 0,
    };

    /// <summary>The launch that adds up dw's parts.</summary>
    public static KernelDispatch Gather(DeviceView<float> partial, DeviceView<float> dw, int count, int splits) =>
        Sgemm.Dispatch.Gather(Extent.Cover(count, Sgemm.GroupSize), Sgemm.GroupSize, partial, dw, dw, 0, count, splits, 0, 1, 1, 0);

    /// <summary>The launches for dw.</summary>
    /// <param name="shape">The convolution.</param>
    /// <param name="x">Its input.</param>
    /// <param name="dy">The gradient at its output.</param>
    /// <param name="dw">The result.</param>
    /// <param name="partial">Memory for as many results as there are splits, if there is more than one.</param>
    /// <param name="splits">See <see cref="Splits(ConvolutionShape)"/>.</param>
    public IEnumerable<KernelDispatch> Weights(
        ConvolutionShape shape, DeviceView<float> x, DeviceView<float> dy, DeviceView<float> dw, DeviceView<float> partial, int splits)
    {
        var arguments = ConvolutionArguments.Weights(shape);
        yield return WeightsKernel(Grid(arguments, shape.Groups * splits), Group, dy, x, splits > 1 ? partial : dw, Split(arguments, splits));
        if (splits > 1)
            yield return Gather(partial, dw, arguments.SplitStride, splits);
    }

    private Extent Grid(ConvolutionArguments arguments, int depth) => new(Extent.Cover(arguments.Columns, Size), Extent.Cover(arguments.Rows, Size), depth);
}
