using ComputeCore.Kernels.Cpu.Elementwise;
using Cpu = ComputeCore.Kernels.Cpu.Elementwise.Operators;

namespace ComputeCore.Operations
{
    /// <summary>y = eˣ.</summary>
    public sealed record Exp : UnaryElementwise, ISampled
    {
        /// <inheritdoc/>
        public static IEnumerable<Sample> Samples =>
        [
            new(new Exp(), Draw.Normal([4, 33], deviation: 3)),
            new(new Exp(), Draw.Values([8], double.NaN, double.NegativeInfinity, double.PositiveInfinity, -0.0, 0.0, 1, -2.5, 1e-40)),
        ];

        internal override double Evaluate(double x) => Math.Exp(x);

        internal override int EmitCpu(ElementwiseProgramBuilder program, int x) => program.Unary<Cpu.Exp>(x);

        private protected override Tensor? Gradient(Tensor x, Tensor y, Tensor dy) => dy * y;
    }
}

namespace ComputeCore
{
    public sealed partial class Tensor
    {
        /// <summary>eˣ.</summary>
        public Tensor Exp() => Graphs.Node.Apply(new Operations.Exp(), this);
    }
}
