namespace ComputeCore.Operations
{
    /// <summary>The largest element over some axes, which are kept with extent 1; NaN if there is one.</summary>
    /// <param name="Axes">The axes, counted from the front and sorted.</param>
    public sealed record Max(Axes Axes) : Extremum(Axes), ISampled
    {
        /// <inheritdoc/>
        public static IEnumerable<Sample> Samples => SamplesOf(axes => new Max(axes));

        private protected override double Choose(double a, double b) => Math.Max(a, b);
    }
}

namespace ComputeCore
{
    public sealed partial class Tensor
    {
        /// <summary>
        /// The largest element over some axes, or over all when none is named; NaN if there is one. Equal ones share the gradient
        /// evenly.
        /// </summary>
        /// <param name="axes">The axes; negative ones count from the end.</param>
        /// <param name="keepAxes">Whether they stay with extent 1 instead of vanishing.</param>
        /// <exception cref="ShapeException">The tensor has no such axis, or no element along them.</exception>
        public Tensor Max(Axes axes = default, bool keepAxes = false)
        {
            var normalized = axes.Normalize(Shape);
            return Operations.Reductions.Squeeze(Graphs.Node.Apply(new Operations.Max(normalized), this), normalized, keepAxes);
        }
    }
}
