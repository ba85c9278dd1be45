using ComputeCore.Kernels;
using ComputeCore.Kernels.Indexing;
using ComputeCore.Kernels.Reduction;

namespace ComputeCore.Accelerators.Lowerings;

/// <summary>
/// What a reduction reads: the first input, or where the reduced axes form more runs than the kernels know, a copy of it in scratch
/// memory with these axes behind the others.
/// </summary>
internal sealed class ReductionSource<T>
    where T : unmanaged
{
    private readonly ScratchPart<T>? copy;
    private readonly StridedAxes? axes;

    public ReductionSource(LoweringContext context, Axes reduced, Scratch scratch)
    {
        var shape = context.Inputs[0].Shape;
        if (ReductionShape.Of(shape.AsSpan(), reduced.AsSpan()) is { } known)
        {
            Shape = known;
            return;
        }

        var strides = Layouts.Strides(shape);
        int[] order = [.. Axes.All(shape).Where(axis => !reduced.Contains(axis)), .. reduced];
        int[] extents = [.. order.Select(axis => shape[axis])];
        axes = StridedAxes.Of(extents, [.. order.Select(axis => strides[axis])], Layouts.Strides(extents));
        copy = scratch.Take<T>(shape.ElementCount);
        var count = checked((int)Operations.Reductions.Count(shape, reduced));
        Shape = ReductionShape.Rows((int)(shape.ElementCount / count), count);
    }

    /// <summary>How it is reduced.</summary>
    public ReductionShape Shape { get; }

    /// <summary>Makes the copy if there is one.</summary>
    public IEnumerable<KernelDispatch> Prepare(AcceleratorArguments arguments) => copy is { } target
        ? [CopyLaunches.Copy(arguments.Input<T>(0), target.View(arguments), axes!, table => arguments.Table<int>(table))]
        : [];

    /// <summary>The elements.</summary>
    public DeviceView<T> View(AcceleratorArguments arguments) => copy is { } target ? target.View(arguments) : arguments.Input<T>(0);
}
