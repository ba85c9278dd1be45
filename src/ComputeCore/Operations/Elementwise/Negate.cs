using ComputeCore.Devices.Cpu;
using ComputeCore.Kernels.Cpu.Elementwise;
using Cpu = ComputeCore.Kernels.Cpu.Elementwise.Operators;

namespace ComputeCore.Operations
{
    /// <summary>y = −x.</summary>
    public sealed record Negate : UnaryElementwise, ISampled
    {
        /// <inheritdoc/>
        public static IEnumerable<Sample> Samples =>
        [
            new(new Negate(), Draw.Normal([4, 33])),
            new(new Negate(), Draw.Values([8], double.NaN, double.NegativeInfinity, double.PositiveInfinity, -0.0, 0.0, 1, -2.5, 1e-40)),
            new(new Negate(), Draw.Integers([4, 3], ElementType.Int64, -9, 9)),
        ];

        /// <inheritdoc/>
        public override Tolerance Tolerance => Tolerance.Exact;

        internal override ElementType ResultType(IReadOnlyList<TensorType> inputs)
        {
            if (inputs[0].ElementType == ElementType.Bool)
                throw Mismatch(inputs, "there is no arithmetic with truth values; convert them with Cast");
            return inputs[0].ElementType;
        }

        internal override double Evaluate(double x) => -x;

        internal override int EmitCpu(ElementwiseProgramBuilder program, int x) => program.Unary<Cpu.Negate>(x);

        private protected override unsafe CpuKernel LowerLoop<T>(CpuLowering lowering)
        {
            var count = lowering.Outputs[0].Shape.ElementCount;
            return new CpuKernel(a => TypedElementwise.Negate(a.Pool, a.Input<T>(0), a.Output<T>(0), count));
        }

        private protected override Tensor? Gradient(Tensor x, Tensor y, Tensor dy) => -dy;
    }
}

namespace ComputeCore
{
    public sealed partial class Tensor
    {
        /// <summary>−x.</summary>
        public static Tensor operator -(Tensor x) => Graphs.Node.Apply(new Operations.Negate(), x);
    }
}
