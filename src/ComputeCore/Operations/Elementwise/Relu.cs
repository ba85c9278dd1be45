using ComputeCore.Kernels.Cpu.Elementwise;
using Cpu = ComputeCore.Kernels.Cpu.Elementwise.Operators;

namespace ComputeCore.Operations
{
    /// <summary>y = max(x, 0); the gradient at 0 is 0. NaN stays NaN.</summary>
    public sealed record Relu : UnaryElementwise, ISampled
    {
        /// <inheritdoc/>
        public static IEnumerable<Sample> Samples =>
        [
            new(new Relu(), Draw.Normal([4, 33])),
            new(new Relu(), Draw.Values([4], double.NaN, double.NegativeInfinity, double.PositiveInfinity, -0.0)),
        ];

        internal override double Evaluate(double x) => x < 0 ? 0 : x;

        internal override int EmitCpu(ElementwiseProgramBuilder program, int x) => program.Unary<Cpu.Relu>(x);

        private protected override Tensor? Gradient(Tensor x, Tensor y, Tensor dy) => (y <= 0).Where(dy.ScalarLike(0), dy);
    }
}

namespace ComputeCore
{
    public sealed partial class Tensor
    {
        /// <summary>max(x, 0).</summary>
        public Tensor Relu() => Graphs.Node.Apply(new Operations.Relu(), this);
    }
}
