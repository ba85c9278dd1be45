using ComputeCore.Devices.Cpu;
using ComputeCore.Kernels.Cpu.Elementwise;
using Cpu = ComputeCore.Kernels.Cpu.Elementwise.Operators;

namespace ComputeCore.Operations
{
    /// <summary>y = |x|; the gradient at 0 is 0.</summary>
    public sealed record Abs : UnaryElementwise, ISampled
    {
        /// <inheritdoc/>
        public static IEnumerable<Sample> Samples =>
        [
            new(new Abs(), Draw.Normal([4, 33])),
            new(new Abs(), Draw.Values([8], double.NaN, double.NegativeInfinity, double.PositiveInfinity, -0.0, 0.0, 1, -2.5, 1e-40)),
            new(new Abs(), Draw.Integers([4, 3], ElementType.Int64, -9, 9)),
        ];

        /// <inheritdoc/>
        public override Tolerance Tolerance => Tolerance.Exact;

        internal override ElementType ResultType(IReadOnlyList<TensorType> inputs)
        {
            if (inputs[0].ElementType == ElementType.Bool)
                throw Mismatch(inputs, "there is no arithmetic with truth values; convert them with Cast");
            return inputs[0].ElementType;
        }

        internal override double Evaluate(double x) => Math.Abs(x);

        internal override int EmitCpu(ElementwiseProgramBuilder program, int x) => program.Unary<Cpu.Abs>(x);

        private protected override unsafe CpuKernel LowerLoop<T>(CpuLowering lowering)
        {
            var count = lowering.Outputs[0].Shape.ElementCount;
            return new CpuKernel(a => TypedElementwise.Abs(a.Pool, a.Input<T>(0), a.Output<T>(0), count));
        }

        private protected override Tensor? Gradient(Tensor x, Tensor y, Tensor dy) => dy * x.Sign();
    }
}

namespace ComputeCore
{
    public sealed partial class Tensor
    {
        /// <summary>|x|.</summary>
        public Tensor Abs() => Graphs.Node.Apply(new Operations.Abs(), this);
    }
}
