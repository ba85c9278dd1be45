namespace ComputeCore.Kernels.Gemm;

/// <summary>
/// A product whose depth is split among groups, for results too small to occupy a device: partial sums first, then
/// <see cref="Sgemm.Gather"/>. Which group adds what depends on the shape alone, and so do the bits.
/// </summary>
internal static class GemmSplit
{
    // What keeps a large device busy, and the least depth that is worth a group's while.
    private const int EnoughGroups = 256;
    private const int LeastDepth = 128;

    /// <summary>Into how many parts the depth of a product is best split; 1 if not at all.</summary>
    public static int Splits(GemmVariant variant, int rows, int columns, int depth, int batch) =>
        (int)Math.Max(1, Math.Min(EnoughGroups / variant.Groups(rows, columns, batch), depth / LeastDepth));

    /// <summary>The launches of a split product.</summary>
    /// <param name="variant">The tiles.</param>
    /// <param name="left">The left factors.</param>
    /// <param name="right">The right factors.</param>
    /// <param name="bias">The biases; any memory if there are none.</param>
    /// <param name="result">The results.</param>
    /// <param name="partial">Memory for as many results as there are splits.</param>
    /// <param name="arguments">The product.</param>
    /// <param name="batch">How many.</param>
    /// <param name="splits">Parts of the depth.</param>
    public static IEnumerable<KernelDispatch> Dispatches(
        GemmVariant variant,
        DeviceView<float> left,
        DeviceView<float> right,
        DeviceView<float> bias,
        DeviceView<float> result,
        DeviceView<float> partial,
        GemmArguments arguments,
        int batch,
        int splits)
    {
        var count = arguments.Rows * arguments.Columns * batch;
        var part = arguments with
        {
            ResultOffset = 0,
            Splits = splits,
            SplitDepth = Extent.Cover(Extent.Cover(arguments.Depth, splits), GemmVariant.DepthStep) * GemmVariant.DepthStep,
            SplitStride = count,
            ResultVector = count % 4 == 0 ? arguments.ResultVector : 0,
            HasBias = 0,
            Activation = 0,
        };
        yield return variant.Dispatch(left, right, bias, partial, part, batch);
        yield return Sgemm.Dispatch.Gather(
            Extent.Cover(count, Sgemm.GroupSize),
            Sgemm.GroupSize,
            partial,
            bias,
            result,
            arguments.ResultOffset,
            count,
            splits,
            arguments.HasBias,
            1,
            arguments.Columns,
            arguments.Activation);
    }
}
