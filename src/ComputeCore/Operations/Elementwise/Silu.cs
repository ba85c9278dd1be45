using ComputeCore.Kernels.Cpu.Elementwise;
using Cpu = ComputeCore.Kernels.Cpu.Elementwise.Operators;

namespace ComputeCore.Operations
{
    /// <summary>y = x / (1 + e⁻ˣ), also called swish (Elfwing et al., 2017, arXiv:1702.03118). NaN at −∞, as in PyTorch.</summary>
    public sealed record Silu : UnaryElementwise, ISampled
    {
        /// <inheritdoc/>
        public static IEnumerable<Sample> Samples =>
        [
            new(new Silu(), Draw.Normal([4, 33], deviation: 3)),
            new(new Silu(), Draw.Values([8], double.NaN, double.NegativeInfinity, double.PositiveInfinity, -0.0, 0.0, 1, -2.5, 1e-40)),
        ];

        internal override double Evaluate(double x) => x * (1 / (1 + Math.Exp(-x)));

        internal override int EmitCpu(ElementwiseProgramBuilder program, int x) => program.Unary<Cpu.Silu>(x);

        private protected override Tensor? Gradient(Tensor x, Tensor y, Tensor dy)
        {
            var sigmoid = x.Sigmoid();
            return dy * (sigmoid * (1 + x * (1 - sigmoid)));
        }
    }
}

namespace ComputeCore
{
    public sealed partial class Tensor
    {
        /// <summary>x · sigmoid(x), also called swish.</summary>
        public Tensor Silu() => Graphs.Node.Apply(new Operations.Silu(), this);
    }
}
