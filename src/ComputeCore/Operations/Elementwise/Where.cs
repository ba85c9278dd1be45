using ComputeCore.Devices.Cpu;
using ComputeCore.Kernels.Cpu.Elementwise;
using Cpu = ComputeCore.Kernels.Cpu.Elementwise.Operators;

namespace ComputeCore.Operations
{
    /// <summary>y = condition ? a : b.</summary>
    public sealed record Where : ElementwiseOperation, ISampled
    {
        /// <inheritdoc/>
        public static IEnumerable<Sample> Samples =>
        [
            new(new Where(), Draw.Integers([3, 5], ElementType.Bool, 0, 1), Draw.Normal([3, 5]), Draw.Normal([3, 5])),
            new(new Where(), Draw.Integers([5], ElementType.Bool, 0, 1), Draw.Normal([2, 3, 5]), Draw.Normal([])),
            new(new Where(), Draw.Integers([5], ElementType.Bool, 0, 1), Draw.Integers([5], ElementType.Int32, 0, 9), Draw.Integers([], ElementType.Int32, 0, 9)),
        ];

        /// <inheritdoc/>
        public override Tolerance Tolerance => Tolerance.Exact;

        internal override int Arity => 3;

        internal override ElementType ResultType(IReadOnlyList<TensorType> inputs)
        {
            if (inputs[0].ElementType != ElementType.Bool || inputs[1].ElementType != inputs[2].ElementType)
                throw Mismatch(inputs, "the condition must be bool and both values of one element type");
            return inputs[1].ElementType;
        }

        internal override double Evaluate(ReadOnlySpan<double> x) => x[0] != 0 ? x[1] : x[2];

        internal override int EmitCpu(ElementwiseProgramBuilder program, ReadOnlySpan<int> x) => program.Ternary<Cpu.Where>(x[0], x[1], x[2]);

        private protected override CpuKernel LowerLoop<T>(CpuLowering lowering) => ElementwiseLoops.Where<T>(lowering);

        internal override IReadOnlyList<Tensor?> Differentiate(Differential d)
        {
            var zero = d.Dy.ScalarLike(0);
            return
            [
                null,
                Unbroadcast(d.X.Where(d.Dy, zero), d.Inputs[1]),
                Unbroadcast(d.X.Where(zero, d.Dy), d.Inputs[2]),
            ];
        }
    }
}

namespace ComputeCore
{
    public sealed partial class Tensor
    {
        /// <summary>Elements of <paramref name="a"/> where this tensor of truth values is true, and of <paramref name="b"/> elsewhere.</summary>
        /// <exception cref="ShapeException">This tensor is not bool, the others' types differ, or the shapes do not broadcast.</exception>
        public Tensor Where(Tensor a, Tensor b) => Graphs.Node.Apply(new Operations.Where(), this, a, b);
    }
}
