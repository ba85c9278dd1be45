using ComputeCore.Kernels.Cpu.Elementwise;
using Cpu = ComputeCore.Kernels.Cpu.Elementwise.Operators;

namespace ComputeCore.Operations
{
    /// <summary>y = x Φ(x), Φ the normal distribution function (Hendrycks and Gimpel, 2016, arXiv:1606.08415). NaN at −∞, as in PyTorch.</summary>
    public sealed record Gelu : UnaryElementwise, ISampled
    {
        /// <inheritdoc/>
        public static IEnumerable<Sample> Samples =>
        [
            new(new Gelu(), Draw.Normal([4, 33], deviation: 3)),
            new(new Gelu(), Draw.Values([8], double.NaN, double.NegativeInfinity, double.PositiveInfinity, -0.0, 0.0, 1, -2.5, 1e-40)),
        ];

        internal override double Evaluate(double x) => x * Distribution(x);

        internal override int EmitCpu(ElementwiseProgramBuilder program, int x) => program.Unary<Cpu.Gelu>(x);

        private protected override Tensor? Gradient(Tensor x, Tensor y, Tensor dy) => Graphs.Node.Apply(new GeluGradient(), x, dy);

        /// <summary>Φ(x).</summary>
        internal static double Distribution(double x) => 0.5 * SpecialFunctions.Erfc(-x / Math.Sqrt(2));
    }
}

namespace ComputeCore
{
    public sealed partial class Tensor
    {
        /// <summary>x Φ(x), with the normal distribution function Φ.</summary>
        public Tensor Gelu() => Graphs.Node.Apply(new Operations.Gelu(), this);
    }
}
