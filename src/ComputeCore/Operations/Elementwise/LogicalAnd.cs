namespace ComputeCore.Operations
{
    /// <summary>y = a and b, for truth values.</summary>
    public sealed record LogicalAnd : Logical, ISampled
    {
        /// <inheritdoc/>
        public static IEnumerable<Sample> Samples => SamplesOf(new LogicalAnd());

        internal override double Evaluate(double a, double b) => a != 0 && b != 0 ? 1 : 0;
    }
}

namespace ComputeCore
{
    public sealed partial class Tensor
    {
        /// <summary>Where both are true.</summary>
        /// <exception cref="ShapeException">They do not broadcast, or are not bool.</exception>
        public static Tensor operator &(Tensor a, Tensor b) => Graphs.Node.Apply(new Operations.LogicalAnd(), a, b);
    }
}
