using ComputeCore.Kernels.Cpu.Elementwise;
using Cpu = ComputeCore.Kernels.Cpu.Elementwise.Operators;

namespace ComputeCore.Operations
{
    /// <summary>y = a and b, for truth values.</summary>
    public sealed record LogicalAnd : Logical, ISampled
    {
        /// <inheritdoc/>
        public static IEnumerable<Sample> Samples => SamplesOf(new LogicalAnd());

        internal override double Evaluate(double a, double b) => a != 0 && b != 0 ? 1 : 0;

        internal override int EmitCpu(ElementwiseProgramBuilder program, int a, int b) => program.Binary<Cpu.And>(a, b);
    }
}

namespace ComputeCore
{
    public sealed partial class Tensor
    {
        /// <summary>Where both are true.</summary>
        /// <exception cref="ShapeException">They do not broadcast, or are not bool.</exception>
        public static Tensor operator &(Tensor a, Tensor b) => Graphs.Node.Apply(new Operations.LogicalAnd(), a, b);
    }
}
