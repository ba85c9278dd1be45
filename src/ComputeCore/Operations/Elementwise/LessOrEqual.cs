using ComputeCore.Devices.Cpu;
using ComputeCore.Kernels.Cpu.Elementwise;
using Cpu = ComputeCore.Kernels.Cpu.Elementwise.Operators;

namespace ComputeCore.Operations
{
    /// <summary>y = a &lt;= b as a truth value; false where either is NaN.</summary>
    public sealed record LessOrEqual : Comparison, ISampled
    {
        /// <inheritdoc/>
        public static IEnumerable<Sample> Samples => SamplesOf(new LessOrEqual());

        internal override double Evaluate(double a, double b) => a <= b ? 1 : 0;

        internal override int EmitCpu(ElementwiseProgramBuilder program, int a, int b) => program.Binary<Cpu.LessOrEqual>(a, b);

        private protected override CpuKernel LowerLoop<T>(CpuLowering lowering) => ElementwiseLoops.Binary<T, byte, TypedLessOrEqual<T>>(lowering);
    }
}

namespace ComputeCore
{
    public sealed partial class Tensor
    {
        /// <summary>Where a &lt;= b, as truth values.</summary>
        public static Tensor operator <=(Tensor a, Tensor b) => Graphs.Node.Apply(new Operations.LessOrEqual(), a, b);

        /// <summary>Where a tensor is at most a number, as truth values.</summary>
        public static Tensor operator <=(Tensor a, double b) => a <= a.ScalarLike(b);
    }
}
