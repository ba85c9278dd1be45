using ComputeCore.Kernels.Cpu.Elementwise;
using Cpu = ComputeCore.Kernels.Cpu.Elementwise.Operators;

namespace ComputeCore.Operations
{
    /// <summary>y = aᵇ by IEEE 754's rules: NaN for negative a unless b is whole, 1 for b = 0 whatever a is.</summary>
    public sealed record Pow : BinaryElementwise, ISampled
    {
        /// <inheritdoc/>
        public static IEnumerable<Sample> Samples =>
        [
            new(new Pow(), Draw.Uniform([3, 5], 0.3, 3), Draw.Uniform([3, 5], -2, 3)),
            new(new Pow(), Draw.Uniform([6, 17], 0.3, 3), Draw.Uniform([17], -2, 3)),
            new(new Pow(), Draw.Uniform([6, 1], 0.3, 3), Draw.Uniform([1, 17], -2, 3)),
            new(new Pow(), Draw.Values([7, 1], double.NaN, double.NegativeInfinity, -2, -0.0, 0, 0.5, double.PositiveInfinity), Draw.Values([7], double.NaN, double.NegativeInfinity, -2, -0.0, 0, 0.5, double.PositiveInfinity)),
        ];

        internal override ElementType ResultType(IReadOnlyList<TensorType> inputs)
        {
            ExpectFloat(inputs, 0, 1);
            return base.ResultType(inputs);
        }

        internal override double Evaluate(double a, double b) => Math.Pow(a, b);

        internal override int EmitCpu(ElementwiseProgramBuilder program, int a, int b) => program.Binary<Cpu.Pow>(a, b);

        // The limits that the formulas miss, as PyTorch takes them: aᵇ is constant in a where b = 0, and in b where a = 0 ≤ b.
        private protected override (Tensor? A, Tensor? B) Gradient(Tensor a, Tensor b, Tensor y, Tensor dy)
        {
            var zero = dy.ScalarLike(0);
            var da = b.EqualTo(0).Where(zero, dy * (b * a.Pow(b - 1)));
            var db = dy * (a.EqualTo(0) & (b >= 0)).Where(zero, y * a.Log());
            return (da, db);
        }
    }
}

namespace ComputeCore
{
    public sealed partial class Tensor
    {
        /// <summary>Each element to the power of the other tensor's; NaN for a negative element unless the exponent is whole.</summary>
        /// <exception cref="ShapeException">They do not broadcast, have different element types, or are not floating point.</exception>
        public Tensor Pow(Tensor exponent) => Graphs.Node.Apply(new Operations.Pow(), this, exponent);
    }
}
