namespace ComputeCore.Kernels.Gemm;

/// <summary>A product of which one factor is a vector.</summary>
internal static class GemmVector
{
    /// <summary>Whether a product is one.</summary>
    public static bool Suits(GemmArguments arguments) => arguments.Rows == 1 || arguments.Columns == 1;

    /// <summary>The launch: the matrix becomes the left operand, whichever it was.</summary>
    public static KernelDispatch Dispatch(
        DeviceView<float> left, DeviceView<float> right, DeviceView<float> bias, DeviceView<float> result, GemmArguments arguments, int batch)
    {
        var swap = arguments.Rows == 1;
        if (swap)
            (left, right, arguments) = (right, left, Swapped(arguments));
        var biasStride = swap ? 1 : 0;
        return arguments.LeftDepth == 1
            ? Sgemm.Dispatch.LineProducts(new(arguments.Rows, batch), Sgemm.GroupSize, left, right, bias, result, arguments, biasStride)
            : Sgemm.Dispatch.ColumnProducts(
                new(Extent.Cover(arguments.Rows, Sgemm.GroupSize / Sgemm.Parts), batch), new(Sgemm.GroupSize / Sgemm.Parts, Sgemm.Parts), left, right, bias, result, arguments, biasStride);
    }

    // (left right)ᵀ = rightᵀ leftᵀ, and a vector is its own transpose.
    private static GemmArguments Swapped(GemmArguments arguments) => arguments with
    {
        Rows = arguments.Columns,
        Columns = arguments.Rows,
        LeftOffset = arguments.RightOffset,
        LeftBatch = arguments.RightBatch,
        LeftLine = arguments.RightLine,
        LeftDepth = arguments.RightDepth,
        RightOffset = arguments.LeftOffset,
        RightBatch = arguments.LeftBatch,
        RightLine = arguments.LeftLine,
        RightDepth = arguments.LeftDepth,
    };
}
