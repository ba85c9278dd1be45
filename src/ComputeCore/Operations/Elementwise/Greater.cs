using ComputeCore.Devices.Cpu;
using ComputeCore.Kernels.Cpu.Elementwise;
using Cpu = ComputeCore.Kernels.Cpu.Elementwise.Operators;

namespace ComputeCore.Operations
{
    /// <summary>y = a &gt; b as a truth value; false where either is NaN.</summary>
    public sealed record Greater : Comparison, ISampled
    {
        /// <inheritdoc/>
        public static IEnumerable<Sample> Samples => SamplesOf(new Greater());

        internal override double Evaluate(double a, double b) => a > b ? 1 : 0;

        internal override int EmitCpu(ElementwiseProgramBuilder program, int a, int b) => program.Binary<Cpu.Greater>(a, b);

        private protected override CpuKernel LowerLoop<T>(CpuLowering lowering) => ElementwiseLoops.Binary<T, byte, TypedGreater<T>>(lowering);
    }
}

namespace ComputeCore
{
    public sealed partial class Tensor
    {
        /// <summary>Where a &gt; b, as truth values.</summary>
        public static Tensor operator >(Tensor a, Tensor b) => Graphs.Node.Apply(new Operations.Greater(), a, b);

        /// <summary>Where a tensor is larger than a number, as truth values.</summary>
        public static Tensor operator >(Tensor a, double b) => a > a.ScalarLike(b);
    }
}
