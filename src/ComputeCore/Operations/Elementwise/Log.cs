using ComputeCore.Kernels.Cpu.Elementwise;
using Cpu = ComputeCore.Kernels.Cpu.Elementwise.Operators;

namespace ComputeCore.Operations
{
    /// <summary>y = ln x; NaN below 0.</summary>
    public sealed record Log : UnaryElementwise, ISampled
    {
        /// <inheritdoc/>
        public static IEnumerable<Sample> Samples =>
        [
            new(new Log(), Draw.Uniform([4, 33], 0.05, 6)),
            new(new Log(), Draw.Uniform([40], 0.999, 1.001)),
            new(new Log(), Draw.Values([8], double.NaN, double.NegativeInfinity, double.PositiveInfinity, -0.0, 0.0, 1, -2.5, 1e-40)),
        ];

        internal override double Evaluate(double x) => Math.Log(x);

        internal override int EmitCpu(ElementwiseProgramBuilder program, int x) => program.Unary<Cpu.Log>(x);

        private protected override Tensor? Gradient(Tensor x, Tensor y, Tensor dy) => dy / x;
    }
}

namespace ComputeCore
{
    public sealed partial class Tensor
    {
        /// <summary>The natural logarithm.</summary>
        public Tensor Log() => Graphs.Node.Apply(new Operations.Log(), this);
    }
}
