using ComputeCore.Kernels.Cpu.Elementwise;
using Cpu = ComputeCore.Kernels.Cpu.Elementwise.Operators;

namespace ComputeCore.Operations
{
    /// <summary>y = min(max(x, minimum), maximum). The gradient passes at the bounds; NaN stays NaN.</summary>
    /// <param name="Minimum">The lower bound; −∞ for none.</param>
    /// <param name="Maximum">The upper bound; ∞ for none.</param>
    public sealed record Clamp(double Minimum, double Maximum) : UnaryElementwise, ISampled
    {
        /// <inheritdoc/>
        public static IEnumerable<Sample> Samples =>
        [
            new(new Clamp(-1.5, 2), Draw.Normal([4, 33], deviation: 3)),
            new(new Clamp(0.25, double.PositiveInfinity), Draw.Normal([7])),
            new(new Clamp(double.NegativeInfinity, -0.25), Draw.Normal([7])),
            new(new Clamp(-1, 1), Draw.Values([8], double.NaN, double.NegativeInfinity, double.PositiveInfinity, -0.0, 0.0, 1, -2.5, 1e-40)),
        ];

        internal override double Evaluate(double x) => x < Minimum ? Minimum : x > Maximum ? Maximum : x;

        internal override int EmitCpu(ElementwiseProgramBuilder program, int x) => program.Unary<Cpu.Clamp>(x, (float)Minimum, (float)Maximum);

        private protected override Tensor? Gradient(Tensor x, Tensor y, Tensor dy) => ((x >= Minimum) & (x <= Maximum)).Where(dy, dy.ScalarLike(0));
    }
}

namespace ComputeCore
{
    public sealed partial class Tensor
    {
        /// <summary>min(max(x, minimum), maximum), with either bound optional.</summary>
        /// <exception cref="ArgumentException">The minimum exceeds the maximum, or a bound is NaN.</exception>
        public Tensor Clamp(double minimum = double.NegativeInfinity, double maximum = double.PositiveInfinity)
        {
            if (!(minimum <= maximum))
                throw new ArgumentException($"Clamp needs a minimum that is at most the maximum, but was given {minimum} and {maximum}.");
            return Graphs.Node.Apply(new Operations.Clamp(minimum, maximum), this);
        }
    }
}
