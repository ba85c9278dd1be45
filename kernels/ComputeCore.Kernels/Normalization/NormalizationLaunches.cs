using ComputeCore.Kernels.Gemm;

namespace ComputeCore.Kernels.Normalization;

/// <summary>How normalizations are launched. What is cut into parts depends on the shape alone, and so do the bits.</summary>
internal static class NormalizationLaunches
{
    private const int GroupSize = GroupSum.GroupSize;
    private const int MostParts = 64;
    private const int LeastPart = 1024;
    private const int LeastRows = 16;

    /// <summary>Floats of scratch memory for batch normalization, either way.</summary>
    public static int BatchScratch(int batch, int channels, int inner) => 2 * Aligned(Parts(batch * inner, LeastPart) * channels);

    /// <summary>Floats of scratch memory for RMS normalization's gradients.</summary>
    public static int RmsScratch(int rows, int columns) => Parts(rows, LeastRows) * columns;

    /// <summary>Floats of scratch memory for layer normalization's gradients.</summary>
    public static int LayerScratch(int rows, int columns) => 2 * Aligned(Parts(rows, LeastRows) * columns);

    /// <summary>Batch normalization: y, and mean, rstd and variance of each channel.</summary>
    public static IEnumerable<KernelDispatch> BatchForward(
        DeviceView<float> x,
        DeviceView<float> weight,
        DeviceView<float> bias,
        DeviceView<float> y,
        DeviceView<float> mean,
        DeviceView<float> rstd,
        DeviceView<float> variance,
        DeviceView<float> scratch,
        int batch,
        int channels,
        int inner,
        float epsilon)
    {
        var size = batch * inner;
        var partSize = PartSize(size, LeastPart);
        var parts = Extent.Cover(size, partSize);
        var (means, squares) = (scratch, scratch.Slice(Aligned(parts * channels), parts * channels));
        yield return BatchNorm.Dispatch.Moments(new(channels, parts), GroupSize, x, means, squares, batch, channels, inner, partSize);
        yield return BatchNorm.Dispatch.Statistics(
            Extent.Cover(channels, GroupSize), GroupSize, means, squares, mean, rstd, variance, channels, size, partSize, epsilon);
        yield return BatchNorm.Dispatch.Normalize(
            Extent.Cover(size * channels, GroupSize), GroupSize, x, mean, rstd, weight, bias, y, size * channels, channels, inner);
    }

    /// <summary>Batch normalization's gradients.</summary>
    public static IEnumerable<KernelDispatch> BatchBackward(
        DeviceView<float> dy,
        DeviceView<float> x,
        DeviceView<float> mean,
        DeviceView<float> rstd,
        DeviceView<float> weight,
        DeviceView<float> dx,
        DeviceView<float> dweight,
        DeviceView<float> dbias,
        DeviceView<float> scratch,
        int batch,
        int channels,
        int inner)
    {
        var size = batch * inner;
        var partSize = PartSize(size, LeastPart);
        var parts = Extent.Cover(size, partSize);
        var (products, gradients) = (scratch, scratch.Slice(Aligned(parts * channels), parts * channels));
        yield return BatchNorm.Dispatch.BackwardSums(
            new(channels, parts), GroupSize, dy, x, mean, rstd, products, gradients, batch, channels, inner, partSize);
        yield return Sum(products, dweight, channels, parts);
        yield return Sum(gradients, dbias, channels, parts);
        yield return BatchNorm.Dispatch.BackwardData(
            Extent.Cover(size * channels, GroupSize), GroupSize, dy, x, mean, rstd, weight, dweight, dbias, dx, size * channels, channels, inner, size);
    }

    /// <summary>Layer normalization's gradients at weight and bias; either may be absent.</summary>
    public static IEnumerable<KernelDispatch> LayerParameters(
        DeviceView<float> dy,
        DeviceView<float> x,
        DeviceView<float> mean,
        DeviceView<float> rstd,
        DeviceView<float>? dweight,
        DeviceView<float>? dbias,
        DeviceView<float> scratch,
        int rows,
        int columns)
    {
        var partRows = PartSize(rows, LeastRows);
        var parts = Extent.Cover(rows, partRows);
        var (products, gradients) = (scratch, scratch.Slice(Aligned(parts * columns), parts * columns));
        yield return LayerNorm.Dispatch.BackwardParameters(
            new(Extent.Cover(columns, GroupSize), parts), GroupSize, dy, x, mean, rstd, products, gradients, rows, columns, partRows);
        if (dweight is { } w)
            yield return Sum(products, w, columns, parts);
        if (dbias is { } b)
            yield return Sum(gradients, b, columns, parts);
    }

    /// <summary>RMS normalization's gradient at the weight.</summary>
    public static IEnumerable<KernelDispatch> RmsWeight(
        DeviceView<float> dy, DeviceView<float> x, DeviceView<float> rstd, DeviceView<float> dweight, DeviceView<float> scratch, int rows, int columns)
    {
        var partRows = PartSize(rows, LeastRows);
        var parts = Extent.Cover(rows, partRows);
        yield return RmsNorm.Dispatch.BackwardWeight(new(Extent.Cover(columns, GroupSize), parts), GroupSize, dy, x, rstd, scratch, rows, columns, partRows);
        yield return Sum(scratch, dweight, columns, parts);
    }

    private static KernelDispatch Sum(DeviceView<float> partial, DeviceView<float> result, int count, int parts) =>
        Sgemm.Dispatch.Gather(Extent.Cover(count, GroupSize), GroupSize, partial, partial, result, 0, count, parts, 0, 1, 1, 0);

    // Devices bind memory at multiples of up to 256 bytes.
    private static int Aligned(int floats) => (floats + 63) / 64 * 64;

    private static int PartSize(int size, int least) => Math.Max(least, Extent.Cover(size, MostParts));

    private static int Parts(int size, int least) => Extent.Cover(size, PartSize(size, least));
}
