using ComputeCore.Kernels.Mathematics;

namespace ComputeCore.Kernels.Gemm;

/// <summary>The launches of a matrix product over panels: see <see cref="PanelProduct"/>.</summary>
internal static class PanelGemm
{
    // What the panels may take: 64 MiB.
    private const long MostElements = 1 << 24;

    private const int PackGroup = 64;
    private const int MostPanels = 65535;

    private static readonly Extent Group = new(8, 4);

    /// <summary>Whether there is a depth, and the panels take little enough memory.</summary>
    public static bool Suits(GemmArguments arguments, int batch) =>
        arguments.Depth > 0
        && LeftElements(arguments, batch) + RightElements(arguments, batch) <= MostElements
        && Extent.Cover(Math.Max(arguments.Rows, arguments.Columns), PanelSums.Rows) <= MostPanels;

    /// <summary>Elements of the left factor's panels.</summary>
    public static long LeftElements(GemmArguments arguments, int batch) =>
        Elements(arguments.Rows, PanelSums.Rows, arguments.Depth, arguments.LeftBatch, batch);

    /// <summary>Elements of the right factor's panels.</summary>
    public static long RightElements(GemmArguments arguments, int batch) =>
        Elements(arguments.Columns, PanelSums.Columns, arguments.Depth, arguments.RightBatch, batch);

    /// <summary>The launches of a batch of products.</summary>
    /// <param name="left">The left factors.</param>
    /// <param name="right">The right factors.</param>
    /// <param name="bias">The biases; any memory if there are none.</param>
    /// <param name="result">The results.</param>
    /// <param name="leftPanels">Memory for <see cref="LeftElements"/>.</param>
    /// <param name="rightPanels">Memory for <see cref="RightElements"/>.</param>
    /// <param name="arguments">The product.</param>
    /// <param name="batch">How many.</param>
    public static IEnumerable<KernelDispatch> Dispatches(
        DeviceView<float> left,
        DeviceView<float> right,
        DeviceView<float> bias,
        DeviceView<float> result,
        DeviceView<float> leftPanels,
        DeviceView<float> rightPanels,
        GemmArguments arguments,
        int batch)
    {
        var (rows, columns) = (Extent.Cover(arguments.Rows, PanelSums.Rows), Extent.Cover(arguments.Columns, PanelSums.Columns));
        var lefts = arguments.LeftBatch == 0 ? 1 : batch;
        var rights = arguments.RightBatch == 0 ? 1 : batch;
        yield return Pack(
            left, leftPanels, PanelSums.Rows, arguments.Rows, arguments.Depth, lefts, arguments.LeftOffset, arguments.LeftBatch, arguments.LeftLine, 1, arguments.LeftDepth);
        yield return Pack(
            right, rightPanels, PanelSums.Columns, arguments.Columns, arguments.Depth, rights, arguments.RightOffset, arguments.RightBatch, arguments.RightLine, 1, arguments.RightDepth);
        yield return PanelProduct.Dispatch.Product(
            new(Extent.Cover(columns, Group.X), Extent.Cover(rows, Group.Y), batch),
            Group,
            leftPanels,
            rightPanels,
            bias,
            result,
            arguments with
            {
                LeftBatch = arguments.LeftBatch == 0 ? 0 : rows * PanelSums.Rows * arguments.Depth,
                RightBatch = arguments.RightBatch == 0 ? 0 : columns * PanelSums.Columns * arguments.Depth,
            });
    }

    /// <summary>The launch that brings matrices into panels: see <see cref="PanelProduct.Pack"/>.</summary>
    public static KernelDispatch Pack(
        DeviceView<float> matrix,
        DeviceView<float> panels,
        int width,
        int lines,
        int depth,
        int batch,
        int offset,
        int batchStride,
        int lineStride,
        int taps,
        int blockStride)
    {
        var division = QuickDivision.By(taps);
        return PanelProduct.Dispatch.Pack(
            new(Extent.Cover(depth * width, PackGroup), Extent.Cover(lines, width), batch),
            PackGroup,
            matrix,
            panels,
            System.Numerics.BitOperations.Log2((uint)width),
            lines,
            depth,
            offset,
            batchStride,
            lineStride,
            taps,
            division.Multiplier,
            division.Shift,
            blockStride);
    }

    private static long Elements(int lines, int width, int depth, int batchStride, int batch) =>
        (long)Extent.Cover(lines, width) * width * depth * (batchStride == 0 ? 1 : batch);
}
