using ComputeCore.Kernels.Cpu.Elementwise;
using Cpu = ComputeCore.Kernels.Cpu.Elementwise.Operators;

namespace ComputeCore.Operations
{
    /// <summary>y = √x; NaN below 0.</summary>
    public sealed record Sqrt : UnaryElementwise, ISampled
    {
        /// <inheritdoc/>
        public static IEnumerable<Sample> Samples =>
        [
            new(new Sqrt(), Draw.Uniform([4, 33], 0.05, 6)),
            new(new Sqrt(), Draw.Values([8], double.NaN, double.NegativeInfinity, double.PositiveInfinity, -0.0, 0.0, 1, -2.5, 1e-40)),
        ];

        internal override double Evaluate(double x) => Math.Sqrt(x);

        internal override int EmitCpu(ElementwiseProgramBuilder program, int x) => program.Unary<Cpu.Sqrt>(x);

        private protected override Tensor? Gradient(Tensor x, Tensor y, Tensor dy) => dy / (2 * y);
    }
}

namespace ComputeCore
{
    public sealed partial class Tensor
    {
        /// <summary>√x.</summary>
        public Tensor Sqrt() => Graphs.Node.Apply(new Operations.Sqrt(), this);
    }
}
