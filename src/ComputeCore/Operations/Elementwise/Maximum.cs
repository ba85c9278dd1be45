using ComputeCore.Devices.Cpu;
using ComputeCore.Kernels.Cpu.Elementwise;
using Cpu = ComputeCore.Kernels.Cpu.Elementwise.Operators;

namespace ComputeCore.Operations
{
    /// <summary>y = max(a, b); NaN where either is NaN. Where a = b, each takes half of the gradient.</summary>
    public sealed record Maximum : BinaryElementwise, ISampled
    {
        /// <inheritdoc/>
        public static IEnumerable<Sample> Samples =>
        [
            new(new Maximum(), Draw.Normal([3, 5]), Draw.Normal([3, 5])),
            new(new Maximum(), Draw.Normal([2, 3, 17]), Draw.Normal([3, 1])),
            new(new Maximum(), Draw.Normal([5]), Draw.Normal([])),
            new(new Maximum(), Draw.Values([7, 1], double.NaN, double.NegativeInfinity, -2, -0.0, 0, 0.5, double.PositiveInfinity), Draw.Values([7], double.NaN, double.NegativeInfinity, -2, -0.0, 0, 0.5, double.PositiveInfinity)),
            new(new Maximum(), Draw.Integers([4, 3], ElementType.Int64, -9, 9), Draw.Integers([3], ElementType.Int64, -9, 9)),
        ];

        /// <inheritdoc/>
        public override Tolerance Tolerance => Tolerance.Exact;

        internal override double Evaluate(double a, double b) => Math.Max(a, b);

        internal override int EmitCpu(ElementwiseProgramBuilder program, int a, int b) => program.Binary<Cpu.Maximum>(a, b);

        private protected override CpuKernel LowerLoop<T>(CpuLowering lowering) => ElementwiseLoops.Binary<T, T, TypedMaximum<T>>(lowering);

        private protected override (Tensor? A, Tensor? B) Gradient(Tensor a, Tensor b, Tensor y, Tensor dy)
        {
            var zero = dy.ScalarLike(0);
            var half = a.EqualTo(b).Where(dy * 0.5, dy);
            return ((a < b).Where(zero, half), (a > b).Where(zero, half));
        }
    }
}

namespace ComputeCore
{
    public sealed partial class Tensor
    {
        /// <summary>The larger of two tensors' elements; NaN where either is NaN.</summary>
        /// <exception cref="ShapeException">They do not broadcast, or have different element types.</exception>
        public Tensor Maximum(Tensor other) => Graphs.Node.Apply(new Operations.Maximum(), this, other);

        /// <summary>The larger of each element and a number.</summary>
        public Tensor Maximum(double other) => Maximum(ScalarLike(other));
    }
}
