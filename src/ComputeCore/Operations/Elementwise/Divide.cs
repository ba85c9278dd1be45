using ComputeCore.Kernels.Cpu.Elementwise;
using Cpu = ComputeCore.Kernels.Cpu.Elementwise.Operators;

namespace ComputeCore.Operations
{
    /// <summary>y = a / b for floating-point a and b.</summary>
    public sealed record Divide : BinaryElementwise, ISampled
    {
        /// <inheritdoc/>
        public static IEnumerable<Sample> Samples =>
        [
            new(new Divide(), Draw.Normal([3, 5]), Draw.Uniform([3, 5], 0.3, 3)),
            new(new Divide(), Draw.Normal([2, 1, 17]), Draw.Uniform([3, 1], -3, -0.3)),
            new(new Divide(), Draw.Normal([7]), Draw.Uniform([], 0.3, 3)),
            new(new Divide(), Draw.Values([7, 1], double.NaN, double.NegativeInfinity, -2, -0.0, 0, 0.5, double.PositiveInfinity), Draw.Values([7], double.NaN, double.NegativeInfinity, -2, -0.0, 0, 0.5, double.PositiveInfinity)),
        ];

        internal override ElementType ResultType(IReadOnlyList<TensorType> inputs)
        {
            ExpectFloat(inputs, 0, 1);
            return base.ResultType(inputs);
        }

        internal override double Evaluate(double a, double b) => a / b;

        internal override int EmitCpu(ElementwiseProgramBuilder program, int a, int b) => program.Binary<Cpu.Divide>(a, b);

        private protected override (Tensor? A, Tensor? B) Gradient(Tensor a, Tensor b, Tensor y, Tensor dy)
        {
            var da = dy / b;
            return (da, -da * y);
        }
    }
}

namespace ComputeCore
{
    public sealed partial class Tensor
    {
        /// <summary>The element-wise quotient of two floating-point tensors that broadcast.</summary>
        /// <exception cref="ShapeException">They do not broadcast, have different element types, or are not floating point.</exception>
        public static Tensor operator /(Tensor a, Tensor b) => Graphs.Node.Apply(new Operations.Divide(), a, b);

        /// <summary>A tensor divided by a number.</summary>
        public static Tensor operator /(Tensor a, double b) => a / a.ScalarLike(b);

        /// <summary>A number divided by a tensor.</summary>
        public static Tensor operator /(double a, Tensor b) => b.ScalarLike(a) / b;
    }
}
