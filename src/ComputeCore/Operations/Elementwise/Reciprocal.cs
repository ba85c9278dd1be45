using ComputeCore.Kernels.Cpu.Elementwise;
using Cpu = ComputeCore.Kernels.Cpu.Elementwise.Operators;

namespace ComputeCore.Operations
{
    /// <summary>y = 1/x.</summary>
    public sealed record Reciprocal : UnaryElementwise, ISampled
    {
        /// <inheritdoc/>
        public static IEnumerable<Sample> Samples =>
        [
            new(new Reciprocal(), Draw.Uniform([4, 33], 0.2, 4)),
            new(new Reciprocal(), Draw.Uniform([40], -4, -0.2)),
            new(new Reciprocal(), Draw.Values([8], double.NaN, double.NegativeInfinity, double.PositiveInfinity, -0.0, 0.0, 1, -2.5, 1e-40)),
        ];

        internal override double Evaluate(double x) => 1 / x;

        internal override int EmitCpu(ElementwiseProgramBuilder program, int x) => program.Unary<Cpu.Reciprocal>(x);

        private protected override Tensor? Gradient(Tensor x, Tensor y, Tensor dy) => -dy * y.Square();
    }
}

namespace ComputeCore
{
    public sealed partial class Tensor
    {
        /// <summary>1/x.</summary>
        public Tensor Reciprocal() => Graphs.Node.Apply(new Operations.Reciprocal(), this);
    }
}
