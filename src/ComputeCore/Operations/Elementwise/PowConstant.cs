using ComputeCore.Kernels.Cpu.Elementwise;
using Cpu = ComputeCore.Kernels.Cpu.Elementwise.Operators;

namespace ComputeCore.Operations
{
    /// <summary>y = xᵉ for a constant exponent; NaN for negative x unless the exponent is whole.</summary>
    /// <param name="Exponent">The exponent.</param>
    public sealed record PowConstant(double Exponent) : UnaryElementwise, ISampled
    {
        /// <inheritdoc/>
        public static IEnumerable<Sample> Samples =>
        [
            new(new PowConstant(2.7), Draw.Uniform([4, 33], 0.05, 6)),
            new(new PowConstant(-1.5), Draw.Uniform([7], 0.2, 6)),
            new(new PowConstant(4), Draw.Normal([4, 5])),
            new(new PowConstant(2.7), Draw.Values([8], double.NaN, double.NegativeInfinity, double.PositiveInfinity, -0.0, 0.0, 1, -2.5, 1e-40)),
            new(new PowConstant(-5), Draw.Values([8], double.NaN, double.NegativeInfinity, double.PositiveInfinity, -0.0, 0.0, 1, -2.5, 1e-40)),
        ];

        internal override double Evaluate(double x) => Math.Pow(x, Exponent);

        internal override int EmitCpu(ElementwiseProgramBuilder program, int x) => program.Binary<Cpu.Pow>(x, program.Constant((float)Exponent));

        private protected override Tensor? Gradient(Tensor x, Tensor y, Tensor dy) => dy * (Exponent * x.Pow(Exponent - 1));
    }
}

namespace ComputeCore
{
    public sealed partial class Tensor
    {
        /// <summary>Each element to the power of a number. Any x to the power 0 is 1 with gradient 0; NaN for negative x unless the exponent is whole.</summary>
        public Tensor Pow(double exponent) => exponent switch
        {
            0 => Full(Shape, 1, ElementType),
            1 => this,
            2 => Square(),
            3 => this * Square(),
            0.5 => Sqrt(),
            -0.5 => Rsqrt(),
            -1 => Reciprocal(),
            -2 => Square().Reciprocal(),
            _ => Graphs.Node.Apply(new Operations.PowConstant(exponent), this),
        };
    }
}
