using ComputeCore.Devices.Cpu;
using ComputeCore.Kernels.Cpu.Elementwise;
using Cpu = ComputeCore.Kernels.Cpu.Elementwise.Operators;

namespace ComputeCore.Operations
{
    /// <summary>y = a · b, element by element.</summary>
    public sealed record Multiply : BinaryElementwise, ISampled
    {
        /// <inheritdoc/>
        public static IEnumerable<Sample> Samples =>
        [
            new(new Multiply(), Draw.Normal([3, 5]), Draw.Normal([3, 5])),
            new(new Multiply(), Draw.Normal([2, 1, 17]), Draw.Normal([3, 1])),
            new(new Multiply(), Draw.Normal([]), Draw.Normal([7])),
            new(new Multiply(), Draw.Integers([4, 3], ElementType.Int32, -9, 9), Draw.Integers([3], ElementType.Int32, -9, 9)),
        ];

        internal override double Evaluate(double a, double b) => a * b;

        internal override int EmitCpu(ElementwiseProgramBuilder program, int a, int b) => program.Binary<Cpu.Multiply>(a, b);

        private protected override CpuKernel LowerLoop<T>(CpuLowering lowering) => ElementwiseLoops.Binary<T, T, TypedMultiply<T>>(lowering);

        private protected override (Tensor? A, Tensor? B) Gradient(Tensor a, Tensor b, Tensor y, Tensor dy) => (dy * b, dy * a);
    }
}

namespace ComputeCore
{
    public sealed partial class Tensor
    {
        /// <summary>The element-wise product of two tensors that broadcast.</summary>
        /// <exception cref="ShapeException">They do not broadcast, or have different element types.</exception>
        public static Tensor operator *(Tensor a, Tensor b) => Graphs.Node.Apply(new Operations.Multiply(), a, b);

        /// <summary>A tensor times a number.</summary>
        public static Tensor operator *(Tensor a, double b) => a * a.ScalarLike(b);

        /// <summary>A number times a tensor.</summary>
        public static Tensor operator *(double a, Tensor b) => b.ScalarLike(a) * b;
    }
}
