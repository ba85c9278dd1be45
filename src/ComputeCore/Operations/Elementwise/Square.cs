using ComputeCore.Kernels.Cpu.Elementwise;
using Cpu = ComputeCore.Kernels.Cpu.Elementwise.Operators;

namespace ComputeCore.Operations
{
    /// <summary>y = x².</summary>
    public sealed record Square : UnaryElementwise, ISampled
    {
        /// <inheritdoc/>
        public static IEnumerable<Sample> Samples =>
        [
            new(new Square(), Draw.Normal([4, 33])),
            new(new Square(), Draw.Values([8], double.NaN, double.NegativeInfinity, double.PositiveInfinity, -0.0, 0.0, 1, -2.5, 1e-40)),
        ];

        internal override double Evaluate(double x) => x * x;

        internal override int EmitCpu(ElementwiseProgramBuilder program, int x) => program.Unary<Cpu.Square>(x);

        private protected override Tensor? Gradient(Tensor x, Tensor y, Tensor dy) => dy * (2 * x);
    }
}

namespace ComputeCore
{
    public sealed partial class Tensor
    {
        /// <summary>x².</summary>
        public Tensor Square() => Graphs.Node.Apply(new Operations.Square(), this);
    }
}
