using ComputeCore.Devices.Cpu;
using ComputeCore.Kernels.Cpu.Elementwise;
using Cpu = ComputeCore.Kernels.Cpu.Elementwise.Operators;

namespace ComputeCore.Operations
{
    /// <summary>y = (a ≠ b) as a truth value; true where either is NaN.</summary>
    public sealed record NotEqual : Comparison, ISampled
    {
        /// <inheritdoc/>
        public static IEnumerable<Sample> Samples => SamplesOf(new NotEqual());

        internal override double Evaluate(double a, double b) => a != b ? 1 : 0;

        internal override int EmitCpu(ElementwiseProgramBuilder program, int a, int b) => program.Binary<Cpu.NotEqual>(a, b);

        private protected override CpuKernel LowerLoop<T>(CpuLowering lowering) => ElementwiseLoops.Binary<T, byte, TypedNotEqual<T>>(lowering);
    }
}

namespace ComputeCore
{
    public sealed partial class Tensor
    {
        /// <summary>Where two tensors differ, as truth values. The operator != compares references.</summary>
        public Tensor NotEqualTo(Tensor other) => Graphs.Node.Apply(new Operations.NotEqual(), this, other);

        /// <summary>Where a tensor differs from a number, as truth values.</summary>
        public Tensor NotEqualTo(double other) => NotEqualTo(ScalarLike(other));
    }
}
