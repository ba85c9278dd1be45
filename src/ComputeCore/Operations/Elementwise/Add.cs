using ComputeCore.Devices.Cpu;
using ComputeCore.Kernels.Cpu.Elementwise;
using Cpu = ComputeCore.Kernels.Cpu.Elementwise.Operators;

namespace ComputeCore.Operations
{
    /// <summary>y = a + b.</summary>
    public sealed record Add : BinaryElementwise, ISampled
    {
        /// <inheritdoc/>
        public static IEnumerable<Sample> Samples =>
        [
            new(new Add(), Draw.Normal([3, 5]), Draw.Normal([3, 5])),
            new(new Add(), Draw.Normal([2, 3, 17]), Draw.Normal([3, 1])),
            new(new Add(), Draw.Normal([5]), Draw.Normal([])),
            new(new Add(), Draw.Integers([4, 3], ElementType.Int64, -9, 9), Draw.Integers([3], ElementType.Int64, -9, 9)),
        ];

        internal override double Evaluate(double a, double b) => a + b;

        internal override int EmitCpu(ElementwiseProgramBuilder program, int a, int b) => program.Binary<Cpu.Add>(a, b);

        private protected override CpuKernel LowerLoop<T>(CpuLowering lowering) => ElementwiseLoops.Binary<T, T, TypedAdd<T>>(lowering);

        private protected override (Tensor? A, Tensor? B) Gradient(Tensor a, Tensor b, Tensor y, Tensor dy) => (dy, dy);
    }
}

namespace ComputeCore
{
    public sealed partial class Tensor
    {
        /// <summary>The sum of two tensors that broadcast.</summary>
        /// <exception cref="ShapeException">They do not broadcast, or have different element types.</exception>
        public static Tensor operator +(Tensor a, Tensor b) => Graphs.Node.Apply(new Operations.Add(), a, b);

        /// <summary>The sum of a tensor and a number.</summary>
        public static Tensor operator +(Tensor a, double b) => a + a.ScalarLike(b);

        /// <summary>The sum of a number and a tensor.</summary>
        public static Tensor operator +(double a, Tensor b) => b.ScalarLike(a) + b;
    }
}
