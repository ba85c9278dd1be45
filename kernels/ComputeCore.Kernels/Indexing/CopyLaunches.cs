namespace ComputeCore.Kernels.Indexing;

/// <summary>How copies are launched.</summary>
internal static class CopyLaunches
{
    // Below this extent, tiles are mostly empty.
    private const int SmallestTile = 8;

    private const int LargestGrid = 65535;

    /// <summary>The launch of a copy of elements of any type, from the first element to the first.</summary>
    public static KernelDispatch Copy<T>(DeviceView<T> x, DeviceView<T> y, StridedAxes axes, Func<int[], DeviceView<int>> upload)
        where T : unmanaged => KernelElements.SizeOf(typeof(T)) switch
        {
            1 => Copy(x.Cast<byte>(), 0, y.Cast<byte>(), 0, axes, upload),
            4 => Copy(x.Cast<int>(), 0, y.Cast<int>(), 0, axes, upload),
            _ => Copy(x.Cast<long>(), 0, y.Cast<long>(), 0, axes, upload),
        };

    /// <summary>The launch of a copy of elements of a size: bytes, ints or longs.</summary>
    /// <param name="x">The source.</param>
    /// <param name="sourceOffset">Where the first element lies in it.</param>
    /// <param name="y">The destination.</param>
    /// <param name="destinationOffset">Where the first element lies in it.</param>
    /// <param name="axes">What is copied.</param>
    /// <param name="upload">Brings a table to the device.</param>
    public static KernelDispatch Copy<T>(
        DeviceView<T> x, int sourceOffset, DeviceView<T> y, int destinationOffset, StridedAxes axes, Func<int[], DeviceView<int>> upload)
        where T : unmanaged
    {
        var inSource = axes.Axes.FirstOrDefault(axis => axis.Source == 1);
        var inDestination = axes.Axes.FirstOrDefault(axis => axis.Destination == 1);
        return destinationOffset == 0 && inSource != inDestination && FillsTiles(inSource) && FillsTiles(inDestination)
            ? Transposed(x, sourceOffset, y, axes.Without(inSource, inDestination), inSource, inDestination, upload)
            : Copies.Dispatch.Copy(
                FlatIndex.GridFor(axes.Count), FlatIndex.GroupSize, x, y, upload(axes.Table()), axes.Axes.Count, sourceOffset, destinationOffset, axes.Count);
    }

    private static bool FillsTiles(StridedAxis axis) => axis.Extent is >= SmallestTile and <= LargestGrid * Copies.Tile;

    private static KernelDispatch Transposed<T>(
        DeviceView<T> x, int sourceOffset, DeviceView<T> y, StridedAxes others, StridedAxis rows, StridedAxis columns, Func<int[], DeviceView<int>> upload)
        where T : unmanaged =>
        Copies.Dispatch.CopyTransposed(
            new Extent(Extent.Cover(rows.Extent, Copies.Tile), Extent.Cover(columns.Extent, Copies.Tile), Math.Min(others.Count, LargestGrid)),
            Copies.Tile * Copies.TileRows,
            x,
            y,
            upload(others.Table()),
            others.Axes.Count,
            sourceOffset,
            others.Count,
            rows.Extent,
            rows.Destination,
            columns.Extent,
            columns.Source);
}
