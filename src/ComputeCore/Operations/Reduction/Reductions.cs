using ComputeCore.Devices.Cpu;
using ComputeCore.Kernels.Cpu.Reduction;

namespace ComputeCore.Operations;

/// <summary>What reductions over axes share.</summary>
internal static class Reductions
{
    /// <summary>The input's shape with the reduced axes at extent 1.</summary>
    public static Shape ShapeOf(Shape input, Axes axes)
    {
        var extents = input.ToArray();
        foreach (var axis in axes)
            extents[input.Axis(axis)] = 1;
        return Shape.Create(extents);
    }

    /// <summary>The place in the result to which an element of the input contributes.</summary>
    public static int[] Kept(ReadOnlySpan<int> index, Axes axes)
    {
        var kept = index.ToArray();
        foreach (var axis in axes)
            kept[axis] = 0;
        return kept;
    }

    /// <summary>The elements that one result reduces over.</summary>
    public static long Count(Shape input, Axes axes) => axes.Aggregate(1L, (count, axis) => count * input[axis]);

    /// <summary>A reduction of the first input as the CPU's kernels take it.</summary>
    public static ReductionShape CpuShape(CpuLowering lowering, Axes axes) => new(lowering.Inputs[0].Shape.AsSpan(), axes.AsSpan());

    /// <summary>Drops the reduced axes unless they are to be kept.</summary>
    public static Tensor Squeeze(Tensor reduced, Axes axes, bool keepAxes) =>
        keepAxes ? reduced : reduced.Reshape(Shape.Create([.. reduced.Shape.Where((_, axis) => !axes.Contains(axis))]));
}
