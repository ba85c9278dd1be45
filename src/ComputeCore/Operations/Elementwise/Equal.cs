using ComputeCore.Devices.Cpu;
using ComputeCore.Kernels.Cpu.Elementwise;
using Cpu = ComputeCore.Kernels.Cpu.Elementwise.Operators;

namespace ComputeCore.Operations
{
    /// <summary>y = (a = b) as a truth value; false where either is NaN.</summary>
    public sealed record Equal : Comparison, ISampled
    {
        /// <inheritdoc/>
        public static IEnumerable<Sample> Samples => SamplesOf(new Equal());

        internal override double Evaluate(double a, double b) => a == b ? 1 : 0;

        internal override int EmitCpu(ElementwiseProgramBuilder program, int a, int b) => program.Binary<Cpu.Equal>(a, b);

        private protected override CpuKernel LowerLoop<T>(CpuLowering lowering) => ElementwiseLoops.Binary<T, byte, TypedEqual<T>>(lowering);
    }
}

namespace ComputeCore
{
    public sealed partial class Tensor
    {
        /// <summary>Where two tensors are equal, as truth values. The operator == compares references.</summary>
        public Tensor EqualTo(Tensor other) => Graphs.Node.Apply(new Operations.Equal(), this, other);

        /// <summary>Where a tensor equals a number, as truth values.</summary>
        public Tensor EqualTo(double other) => EqualTo(ScalarLike(other));
    }
}
