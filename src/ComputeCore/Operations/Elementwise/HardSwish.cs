using ComputeCore.Kernels.Cpu.Elementwise;
using Cpu = ComputeCore.Kernels.Cpu.Elementwise.Operators;

namespace ComputeCore.Operations
{
    /// <summary>y = x · min(max(x + 3, 0), 6) / 6 (Howard et al., 2019, arXiv:1905.02244). NaN at −∞; the gradient at −3 is −1/2 and at 3 is 3/2, as in PyTorch.</summary>
    public sealed record HardSwish : UnaryElementwise, ISampled
    {
        /// <inheritdoc/>
        public static IEnumerable<Sample> Samples =>
        [
            new(new HardSwish(), Draw.Normal([4, 33], deviation: 3)),
            new(new HardSwish(), Draw.Values([8], double.NaN, double.NegativeInfinity, double.PositiveInfinity, -0.0, 0.0, 1, -2.5, 1e-40)),
        ];

        internal override double Evaluate(double x) => x * Math.Clamp(x + 3, 0, 6) / 6;

        internal override int EmitCpu(ElementwiseProgramBuilder program, int x) => program.Unary<Cpu.HardSwish>(x);

        private protected override Tensor? Gradient(Tensor x, Tensor y, Tensor dy) => (x < -3).Where(dy.ScalarLike(0), (x <= 3).Where(dy * (x * (1.0 / 3) + 0.5), dy));
    }
}

namespace ComputeCore
{
    public sealed partial class Tensor
    {
        /// <summary>x · relu6(x + 3) / 6.</summary>
        public Tensor HardSwish() => Graphs.Node.Apply(new Operations.HardSwish(), this);
    }
}
