namespace ComputeCore;

public sealed partial class Tensor
{
    /// <summary>The mean over some axes, or over all when none is named: <see cref="Sum"/> over the number of elements.</summary>
    /// <param name="axes">The axes; negative ones count from the end.</param>
    /// <param name="keepAxes">Whether they stay with extent 1 instead of vanishing.</param>
    /// <exception cref="ShapeException">The tensor has no such axis, or is not floating point.</exception>
    public Tensor Mean(Axes axes = default, bool keepAxes = false)
    {
        if (!ElementType.IsFloatingPoint())
            throw new ShapeException($"Mean takes floating-point tensors, but was given {Type}; convert it with Cast.");
        return Sum(axes, keepAxes) * (1.0 / Operations.Reductions.Count(Shape, axes.Normalize(Shape)));
    }
}
