using ComputeCore.Kernels.Cpu.Elementwise;
using Cpu = ComputeCore.Kernels.Cpu.Elementwise.Operators;

namespace ComputeCore.Operations
{
    /// <summary>y = tanh x.</summary>
    public sealed record Tanh : UnaryElementwise, ISampled
    {
        /// <inheritdoc/>
        public static IEnumerable<Sample> Samples =>
        [
            new(new Tanh(), Draw.Normal([4, 33], deviation: 3)),
            new(new Tanh(), Draw.Uniform([40], -1e-3, 1e-3)),
            new(new Tanh(), Draw.Values([8], double.NaN, double.NegativeInfinity, double.PositiveInfinity, -0.0, 0.0, 1, -2.5, 1e-40)),
        ];

        internal override double Evaluate(double x) => Math.Tanh(x);

        internal override int EmitCpu(ElementwiseProgramBuilder program, int x) => program.Unary<Cpu.Tanh>(x);

        private protected override Tensor? Gradient(Tensor x, Tensor y, Tensor dy) => dy * (1 - y.Square());
    }
}

namespace ComputeCore
{
    public sealed partial class Tensor
    {
        /// <summary>The hyperbolic tangent.</summary>
        public Tensor Tanh() => Graphs.Node.Apply(new Operations.Tanh(), this);
    }
}
