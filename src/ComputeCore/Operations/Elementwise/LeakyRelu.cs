using ComputeCore.Kernels.Cpu.Elementwise;
using Cpu = ComputeCore.Kernels.Cpu.Elementwise.Operators;

namespace ComputeCore.Operations
{
    /// <summary>y = x where x is positive, slope · x elsewhere; the gradient at 0 is the slope.</summary>
    /// <param name="Slope">The factor for negative x.</param>
    public sealed record LeakyRelu(double Slope) : UnaryElementwise, ISampled
    {
        /// <inheritdoc/>
        public static IEnumerable<Sample> Samples =>
        [
            new(new LeakyRelu(0.01), Draw.Normal([4, 33])),
            new(new LeakyRelu(0.25), Draw.Normal([7])),
            new(new LeakyRelu(0.1), Draw.Values([8], double.NaN, double.NegativeInfinity, double.PositiveInfinity, -0.0, 0.0, 1, -2.5, 1e-40)),
        ];

        internal override double Evaluate(double x) => x > 0 ? x : Slope * x;

        internal override int EmitCpu(ElementwiseProgramBuilder program, int x) => program.Unary<Cpu.LeakyRelu>(x, (float)Slope);

        private protected override Tensor? Gradient(Tensor x, Tensor y, Tensor dy) => (x > 0).Where(dy, dy * Slope);
    }
}

namespace ComputeCore
{
    public sealed partial class Tensor
    {
        /// <summary>x where it is positive, slope · x elsewhere.</summary>
        /// <param name="slope">The factor for negative x.</param>
        public Tensor LeakyRelu(double slope = 0.01) => Graphs.Node.Apply(new Operations.LeakyRelu(slope), this);
    }
}
