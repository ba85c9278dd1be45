namespace ComputeCore.Kernels.Reduction;

/// <summary>How reductions are launched: the rectangle of a group, and whether the elements are cut into chunks.</summary>
internal static class ReductionLaunches
{
    // Results that neighbouring work-items read together, and the lanes that it pays to give a result.
    private const int WidthOfColumns = 32;
    private const int ElementsOfLane = 8;

    // With fewer groups than this, results are cut; chunks are no smaller than that, so that a launch is worth it.
    private const int EnoughGroups = 128;
    private const int SmallestChunk = 2048;

    private const int LargestGrid = 65535;

    /// <summary>Elements of scratch memory that <see cref="Reduce"/> needs; 0 if none.</summary>
    public static long WorkspaceElements(ReductionShape shape) => Chunks(shape) is var chunks and > 1 ? (long)chunks * shape.Results : 0;

    /// <summary>The launches that reduce.</summary>
    /// <typeparam name="T">The elements.</typeparam>
    /// <typeparam name="TReduction">What is done with elements.</typeparam>
    /// <typeparam name="TCombination">What is done with the results of chunks.</typeparam>
    /// <param name="x">The elements.</param>
    /// <param name="centers">One for each result, where deviations are reduced; else any element.</param>
    /// <param name="y">The results.</param>
    /// <param name="shape">Which elements make a result.</param>
    /// <param name="scale">What sums are multiplied by.</param>
    /// <param name="workspace">As many elements as <see cref="WorkspaceElements"/> says.</param>
    public static IEnumerable<KernelDispatch> Reduce<T, TReduction, TCombination>(
        DeviceView<T> x, DeviceView<T> centers, DeviceView<T> y, ReductionShape shape, float scale, Func<DeviceView<T>> workspace)
        where T : unmanaged
        where TReduction : struct, IReduction<T>
        where TCombination : struct, IReduction<T>
    {
        var chunks = Chunks(shape);
        if (chunks == 1)
        {
            yield return Launch<T, TReduction>(x, centers, y, shape, 1, scale);
            yield break;
        }

        var partial = workspace();
        yield return Launch<T, TReduction>(x, centers, partial, shape, chunks, 1);
        yield return Launch<T, TCombination>(partial, partial.Slice(0, 1), y, ReductionShape.Columns(chunks, shape.Results), 1, scale);
    }

    /// <summary>The launch that finds the greatest elements.</summary>
    public static KernelDispatch ArgMax<T, TOrder>(DeviceView<T> x, DeviceView<long> y, ReductionShape shape)
        where T : unmanaged
        where TOrder : struct, IOrder<T>
    {
        var width = Width(shape);
        return ReductionKernels.Dispatch.ArgMax<T, TOrder>(Groups(shape, width), ReductionKernels.GroupSize, x, y, shape, width);
    }

    private static KernelDispatch Launch<T, TReduction>(DeviceView<T> x, DeviceView<T> centers, DeviceView<T> y, ReductionShape shape, int chunks, float scale)
        where T : unmanaged
        where TReduction : struct, IReduction<T>
    {
        var width = Width(shape);
        var chunk = Extent.Cover(shape.Reduced, chunks);
        return ReductionKernels.Dispatch.Reduce<T, TReduction>(new Extent(Groups(shape, width), chunks), ReductionKernels.GroupSize, x, centers, y, shape, width, chunk, scale);
    }

    private static int Groups(ReductionShape shape, int width) => Math.Min(LargestGrid, Extent.Cover(shape.Results, width));

    private static int Chunks(ReductionShape shape) =>
        Math.Max(1, Math.Min(shape.Reduced / SmallestChunk, EnoughGroups / Extent.Cover(shape.Results, Width(shape))));

    // A power of two: at least as many results as are neighbours, and as few lanes as have enough to do.
    private static int Width(ReductionShape shape)
    {
        var width = 1;
        while (width < Math.Min(WidthOfColumns, shape.K2) || (width < ReductionKernels.GroupSize && LanesFor(shape) * 2 * width <= ReductionKernels.GroupSize))
            width *= 2;
        return width;
    }

    private static int LanesFor(ReductionShape shape) => Math.Max(1, shape.Reduced / ElementsOfLane);
}
