using ComputeCore.Kernels.Cpu.Elementwise;
using Cpu = ComputeCore.Kernels.Cpu.Elementwise.Operators;

namespace ComputeCore.Operations
{
    /// <summary>y = min(max(x, 0), 6) (Krizhevsky, 2010); the gradient at 0 and at 6 is 0. NaN stays NaN.</summary>
    public sealed record Relu6 : UnaryElementwise, ISampled
    {
        /// <inheritdoc/>
        public static IEnumerable<Sample> Samples =>
        [
            new(new Relu6(), Draw.Normal([4, 33], deviation: 3)),
            new(new Relu6(), Draw.Values([8], double.NaN, double.NegativeInfinity, double.PositiveInfinity, -0.0, 0.0, 1, -2.5, 1e-40)),
        ];

        internal override double Evaluate(double x) => x < 0 ? 0 : x > 6 ? 6 : x;

        internal override int EmitCpu(ElementwiseProgramBuilder program, int x) => program.Unary<Cpu.Relu6>(x);

        private protected override Tensor? Gradient(Tensor x, Tensor y, Tensor dy) => ((y <= 0) | (y >= 6)).Where(dy.ScalarLike(0), dy);
    }
}

namespace ComputeCore
{
    public sealed partial class Tensor
    {
        /// <summary>min(max(x, 0), 6).</summary>
        public Tensor Relu6() => Graphs.Node.Apply(new Operations.Relu6(), this);
    }
}
