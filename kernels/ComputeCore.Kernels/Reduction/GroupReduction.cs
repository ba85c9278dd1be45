using ILGPU;

namespace ComputeCore.Kernels.Reduction;

/// <summary>
/// Reductions among the work-items of a group that form a rectangle of lines x lanes: work-item i is lane i / width of line
/// i mod width. Every work-item takes part and gets its line's result.
/// </summary>
internal static class GroupReduction
{
    /// <summary>Reduces over lanes, in a fixed order.</summary>
    /// <param name="shared">One element for each work-item; free for other use afterwards.</param>
    /// <param name="value">What the work-item contributes.</param>
    /// <param name="width">Lines: a power of two.</param>
    public static T OverLanes<T, TReduction>(ArrayView<T> shared, T value, int width)
        where T : unmanaged
        where TReduction : struct, IReduction<T>
    {
        var reduction = default(TReduction);
        var item = Group.IdxX;
        shared[item] = value;
        for (var half = Group.DimX / 2; half >= width; half /= 2)
        {
            Group.Barrier();
            if (item < half)
                shared[item] = reduction.Combine(shared[item], shared[item + half]);
        }

        Group.Barrier();
        var result = shared[item % width];
        Group.Barrier();
        return result;
    }
}
