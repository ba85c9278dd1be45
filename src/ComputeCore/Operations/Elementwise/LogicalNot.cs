using ComputeCore.Kernels.Cpu.Elementwise;
using Cpu = ComputeCore.Kernels.Cpu.Elementwise.Operators;

namespace ComputeCore.Operations
{
    /// <summary>y = not x, for truth values.</summary>
    public sealed record LogicalNot : UnaryElementwise, ISampled
    {
        /// <inheritdoc/>
        public static IEnumerable<Sample> Samples => [new(new LogicalNot(), Draw.Integers([4, 21], ElementType.Bool, 0, 1))];

        /// <inheritdoc/>
        public override Tolerance Tolerance => Tolerance.Exact;

        internal override ElementType ResultType(IReadOnlyList<TensorType> inputs)
        {
            if (inputs[0].ElementType != ElementType.Bool)
                throw Mismatch(inputs, "it must be bool");
            return ElementType.Bool;
        }

        internal override double Evaluate(double x) => x == 0 ? 1 : 0;

        internal override int EmitCpu(ElementwiseProgramBuilder program, int x) => program.Unary<Cpu.Not>(x);

        private protected override Tensor? Gradient(Tensor x, Tensor y, Tensor dy) => null;
    }
}

namespace ComputeCore
{
    public sealed partial class Tensor
    {
        /// <summary>Where a truth value is false.</summary>
        /// <exception cref="ShapeException">The tensor is not bool.</exception>
        public static Tensor operator !(Tensor x) => Graphs.Node.Apply(new Operations.LogicalNot(), x);
    }
}
