using ComputeCore.Kernels.Cpu.Elementwise;
using Cpu = ComputeCore.Kernels.Cpu.Elementwise.Operators;

namespace ComputeCore.Operations
{
    /// <summary>
    /// y = x/2 (1 + tanh(√(2/π) (x + 0.044715 x³))): the approximation of <see cref="Gelu"/> that GPT-2 was trained with
    /// (Hendrycks and Gimpel, 2016, arXiv:1606.08415). NaN at −∞, as in PyTorch.
    /// </summary>
    public sealed record GeluTanh : UnaryElementwise, ISampled
    {
        /// <summary>The coefficient of x³.</summary>
        internal const double Cubic = 0.044715;

        /// <summary>√(2/π).</summary>
        internal static readonly double Scale = Math.Sqrt(2 / Math.PI);

        /// <inheritdoc/>
        public static IEnumerable<Sample> Samples =>
        [
            new(new GeluTanh(), Draw.Normal([4, 33], deviation: 3)),
            new(new GeluTanh(), Draw.Values([8], double.NaN, double.NegativeInfinity, double.PositiveInfinity, -0.0, 0.0, 1, -2.5, 1e-40)),
        ];

        internal override double Evaluate(double x) => 0.5 * x * (1 + Math.Tanh(Scale * (x + Cubic * x * x * x)));

        internal override int EmitCpu(ElementwiseProgramBuilder program, int x) => program.Unary<Cpu.GeluTanh>(x);

        private protected override Tensor? Gradient(Tensor x, Tensor y, Tensor dy) => Graphs.Node.Apply(new GeluTanhGradient(), x, dy);
    }
}

namespace ComputeCore
{
    public sealed partial class Tensor
    {
        /// <summary>GELU in the tanh approximation, as in GPT-2: x/2 (1 + tanh(√(2/π) (x + 0.044715 x³))).</summary>
        public Tensor GeluTanh() => Graphs.Node.Apply(new Operations.GeluTanh(), this);
    }
}
