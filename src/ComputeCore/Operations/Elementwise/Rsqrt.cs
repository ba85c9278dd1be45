using ComputeCore.Kernels.Cpu.Elementwise;
using Cpu = ComputeCore.Kernels.Cpu.Elementwise.Operators;

namespace ComputeCore.Operations
{
    /// <summary>y = 1/√x; infinite at 0, NaN below.</summary>
    public sealed record Rsqrt : UnaryElementwise, ISampled
    {
        /// <inheritdoc/>
        public static IEnumerable<Sample> Samples =>
        [
            new(new Rsqrt(), Draw.Uniform([4, 33], 0.05, 6)),
            new(new Rsqrt(), Draw.Values([8], double.NaN, double.NegativeInfinity, double.PositiveInfinity, -0.0, 0.0, 1, -2.5, 1e-40)),
        ];

        internal override double Evaluate(double x) => 1 / Math.Sqrt(x);

        internal override int EmitCpu(ElementwiseProgramBuilder program, int x) => program.Unary<Cpu.ReciprocalSqrt>(x);

        private protected override Tensor? Gradient(Tensor x, Tensor y, Tensor dy) => dy * (-0.5 * y * y.Square());
    }
}

namespace ComputeCore
{
    public sealed partial class Tensor
    {
        /// <summary>1/√x.</summary>
        public Tensor Rsqrt() => Graphs.Node.Apply(new Operations.Rsqrt(), this);
    }
}
