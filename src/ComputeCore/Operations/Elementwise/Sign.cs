using ComputeCore.Kernels.Cpu.Elementwise;
using Cpu = ComputeCore.Kernels.Cpu.Elementwise.Operators;

namespace ComputeCore.Operations
{
    /// <summary>y = 1 where x is positive, −1 where it is negative, and 0 elsewhere, NaN included. The gradient is 0.</summary>
    public sealed record Sign : UnaryElementwise, ISampled
    {
        /// <inheritdoc/>
        public static IEnumerable<Sample> Samples =>
        [
            new(new Sign(), Draw.Normal([4, 33])),
            new(new Sign(), Draw.Values([8], double.NaN, double.NegativeInfinity, double.PositiveInfinity, -0.0, 0.0, 1, -2.5, 1e-40)),
        ];

        /// <inheritdoc/>
        public override Tolerance Tolerance => Tolerance.Exact;

        internal override double Evaluate(double x) => x > 0 ? 1 : x < 0 ? -1 : 0;

        internal override int EmitCpu(ElementwiseProgramBuilder program, int x) => program.Unary<Cpu.Sign>(x);

        private protected override Tensor? Gradient(Tensor x, Tensor y, Tensor dy) => null;
    }
}

namespace ComputeCore
{
    public sealed partial class Tensor
    {
        /// <summary>1, 0 or −1 as x is positive, zero (or NaN) or negative.</summary>
        public Tensor Sign() => Graphs.Node.Apply(new Operations.Sign(), this);
    }
}
