using ComputeCore.Kernels.Cpu.Elementwise;
using Cpu = ComputeCore.Kernels.Cpu.Elementwise.Operators;

namespace ComputeCore.Operations
{
    /// <summary>y = erf x = 2/√π ∫₀ˣ e⁻ᵗ² dt.</summary>
    public sealed record Erf : UnaryElementwise, ISampled
    {
        /// <inheritdoc/>
        public static IEnumerable<Sample> Samples =>
        [
            new(new Erf(), Draw.Normal([4, 33], deviation: 1.5)),
            new(new Erf(), Draw.Uniform([40], -1e-3, 1e-3)),
            new(new Erf(), Draw.Values([8], double.NaN, double.NegativeInfinity, double.PositiveInfinity, -0.0, 0.0, 1, -2.5, 1e-40)),
        ];

        internal override double Evaluate(double x) => SpecialFunctions.Erf(x);

        internal override int EmitCpu(ElementwiseProgramBuilder program, int x) => program.Unary<Cpu.Erf>(x);

        private protected override Tensor? Gradient(Tensor x, Tensor y, Tensor dy) => dy * (2 / Math.Sqrt(Math.PI) * (-x.Square()).Exp());
    }
}

namespace ComputeCore
{
    public sealed partial class Tensor
    {
        /// <summary>The error function.</summary>
        public Tensor Erf() => Graphs.Node.Apply(new Operations.Erf(), this);
    }
}
