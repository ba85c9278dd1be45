using ComputeCore.Devices.Cpu;
using ComputeCore.Kernels.Cpu.Elementwise;
using Cpu = ComputeCore.Kernels.Cpu.Elementwise.Operators;

namespace ComputeCore.Operations
{
    /// <summary>y = a − b.</summary>
    public sealed record Subtract : BinaryElementwise, ISampled
    {
        /// <inheritdoc/>
        public static IEnumerable<Sample> Samples =>
        [
            new(new Subtract(), Draw.Normal([3, 5]), Draw.Normal([3, 5])),
            new(new Subtract(), Draw.Normal([2, 3, 17]), Draw.Normal([3, 1])),
            new(new Subtract(), Draw.Normal([]), Draw.Normal([7])),
            new(new Subtract(), Draw.Values([7, 1], double.NaN, double.NegativeInfinity, -2, -0.0, 0, 0.5, double.PositiveInfinity), Draw.Values([7], double.NaN, double.NegativeInfinity, -2, -0.0, 0, 0.5, double.PositiveInfinity)),
            new(new Subtract(), Draw.Integers([4, 3], ElementType.Int64, -9, 9), Draw.Integers([3], ElementType.Int64, -9, 9)),
        ];

        internal override double Evaluate(double a, double b) => a - b;

        internal override int EmitCpu(ElementwiseProgramBuilder program, int a, int b) => program.Binary<Cpu.Subtract>(a, b);

        private protected override CpuKernel LowerLoop<T>(CpuLowering lowering) => ElementwiseLoops.Binary<T, T, TypedSubtract<T>>(lowering);

        private protected override (Tensor? A, Tensor? B) Gradient(Tensor a, Tensor b, Tensor y, Tensor dy) => (dy, -dy);
    }
}

namespace ComputeCore
{
    public sealed partial class Tensor
    {
        /// <summary>The difference of two tensors that broadcast.</summary>
        /// <exception cref="ShapeException">They do not broadcast, or have different element types.</exception>
        public static Tensor operator -(Tensor a, Tensor b) => Graphs.Node.Apply(new Operations.Subtract(), a, b);

        /// <summary>A tensor minus a number.</summary>
        public static Tensor operator -(Tensor a, double b) => a - a.ScalarLike(b);

        /// <summary>A number minus a tensor.</summary>
        public static Tensor operator -(double a, Tensor b) => b.ScalarLike(a) - b;
    }
}
