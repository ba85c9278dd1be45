using ComputeCore.Kernels.Cpu.Elementwise;
using Cpu = ComputeCore.Kernels.Cpu.Elementwise.Operators;

namespace ComputeCore.Operations
{
    /// <summary>y = the largest whole number not above x. The gradient is 0.</summary>
    public sealed record Floor : UnaryElementwise, ISampled
    {
        /// <inheritdoc/>
        public static IEnumerable<Sample> Samples =>
        [
            new(new Floor(), Draw.Normal([4, 33], deviation: 3)),
            new(new Floor(), Draw.Values([8], double.NaN, double.NegativeInfinity, double.PositiveInfinity, -0.0, 0.0, 1, -2.5, 1e-40)),
        ];

        /// <inheritdoc/>
        public override Tolerance Tolerance => Tolerance.Exact;

        internal override double Evaluate(double x) => Math.Floor(x);

        internal override int EmitCpu(ElementwiseProgramBuilder program, int x) => program.Unary<Cpu.Floor>(x);

        private protected override Tensor? Gradient(Tensor x, Tensor y, Tensor dy) => null;
    }
}

namespace ComputeCore
{
    public sealed partial class Tensor
    {
        /// <summary>The largest whole number not above x.</summary>
        public Tensor Floor() => Graphs.Node.Apply(new Operations.Floor(), this);
    }
}
