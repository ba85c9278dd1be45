using ComputeCore.Kernels.Cpu.Elementwise;
using Cpu = ComputeCore.Kernels.Cpu.Elementwise.Operators;

namespace ComputeCore.Operations
{
    /// <summary>y = 1/(1 + e⁻ˣ).</summary>
    public sealed record Sigmoid : UnaryElementwise, ISampled
    {
        /// <inheritdoc/>
        public static IEnumerable<Sample> Samples =>
        [
            new(new Sigmoid(), Draw.Normal([4, 33], deviation: 3)),
            new(new Sigmoid(), Draw.Values([8], double.NaN, double.NegativeInfinity, double.PositiveInfinity, -0.0, 0.0, 1, -2.5, 1e-40)),
        ];

        internal override double Evaluate(double x) => 1 / (1 + Math.Exp(-x));

        internal override int EmitCpu(ElementwiseProgramBuilder program, int x) => program.Unary<Cpu.Sigmoid>(x);

        private protected override Tensor? Gradient(Tensor x, Tensor y, Tensor dy) => dy * (1 - y) * y;
    }
}

namespace ComputeCore
{
    public sealed partial class Tensor
    {
        /// <summary>The logistic function 1/(1 + e⁻ˣ).</summary>
        public Tensor Sigmoid() => Graphs.Node.Apply(new Operations.Sigmoid(), this);
    }
}
