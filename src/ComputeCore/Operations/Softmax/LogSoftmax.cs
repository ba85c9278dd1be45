using ComputeCore.Devices.Cpu;
using ComputeCore.Devices.Reference;
using ComputeCore.Graphs;

namespace ComputeCore.Operations
{
    /// <summary>y = x − log Σ exp(x) along an axis.</summary>
    /// <param name="Axis">The axis, counted from the front.</param>
    public sealed record LogSoftmax(int Axis) : AxisOperation(Axis), ISampled, ICpuOperation
    {
        /// <inheritdoc/>
        public static IEnumerable<Sample> Samples =>
        [
            new(new LogSoftmax(1), Draw.Normal([3, 37], deviation: 3)),
            new(new LogSoftmax(2), Draw.Normal([2, 3, 130])),
            new(new LogSoftmax(1), Draw.Normal([2, 5, 19])),
            new(new LogSoftmax(0), Draw.Normal([7])),
            new(new LogSoftmax(1), Draw.Values([2, 3], 1000, 1001, 1002, -1000, double.NegativeInfinity, -1001)),
        ];

        /// <inheritdoc/>
        public override IReadOnlyList<TensorType> Infer(IReadOnlyList<TensorType> inputs) => [InferOne(inputs, 1)];

        internal override void Evaluate(ReferenceArguments arguments)
        {
            foreach (var line in AxisLines.Of(arguments.X.Shape, Axis))
            {
                var logSumExp = AxisLines.LogSumExp(arguments.X, line);
                foreach (var i in line)
                    arguments.Y.Values[i] = arguments.X.Values[i] - logSumExp;
            }
        }

        internal override IReadOnlyList<Tensor?> Differentiate(Differential d) => [Node.Apply(new LogSoftmaxGradient(Axis), d.Dy, d.Y)];

        unsafe CpuKernel ICpuOperation.Lower(CpuLowering lowering)
        {
            var (outer, extent, inner) = AxisLines.Cut(lowering.Outputs[0].Shape, Axis);
            return new CpuKernel(arguments =>
                Kernels.Cpu.Softmax.LogSoftmax.Forward(arguments.Pool, arguments.Input<float>(0), arguments.Output<float>(0), outer, extent, inner));
        }

        internal override bool MayOverwrite(int output, int input) => true;

        internal override double Flops(IReadOnlyList<TensorType> inputs, IReadOnlyList<TensorType> outputs) => 4.0 * inputs[0].Shape.ElementCount;
    }

    /// <summary>The gradient of <see cref="LogSoftmax"/> from dy and y: dx = dy − exp(y) · Σ dy.</summary>
    /// <param name="Axis">The axis, counted from the front.</param>
    public sealed record LogSoftmaxGradient(int Axis) : AxisOperation(Axis), ISampled, ICpuOperation
    {
        /// <inheritdoc/>
        public static IEnumerable<Sample> Samples =>
        [
            new(new LogSoftmaxGradient(1), Draw.Normal([3, 37]), Draw.Uniform([3, 37], -5, -2)),
            new(new LogSoftmaxGradient(2), Draw.Normal([2, 3, 130]), Draw.Uniform([2, 3, 130], -8, -3)),
            new(new LogSoftmaxGradient(1), Draw.Normal([2, 5, 19]), Draw.Uniform([2, 5, 19], -3, -1)),
            new(new LogSoftmaxGradient(0), Draw.Normal([7]), Draw.Uniform([7], -3, -1)),
        ];

        /// <inheritdoc/>
        public override IReadOnlyList<TensorType> Infer(IReadOnlyList<TensorType> inputs) => [InferOne(inputs, 2)];

        internal override void Evaluate(ReferenceArguments arguments)
        {
            var (dy, y, dx) = (arguments.Inputs[0], arguments.Inputs[1], arguments.Y);
            foreach (var line in AxisLines.Of(dy.Shape, Axis))
            {
                var sum = line.Sum(i => dy.Values[i]);
                foreach (var i in line)
                    dx.Values[i] = dy.Values[i] - Math.Exp(y.Values[i]) * sum;
            }
        }

        unsafe CpuKernel ICpuOperation.Lower(CpuLowering lowering)
        {
            var (outer, extent, inner) = AxisLines.Cut(lowering.Outputs[0].Shape, Axis);
            return new CpuKernel(arguments =>
                Kernels.Cpu.Softmax.LogSoftmax.Backward(arguments.Pool, arguments.Input<float>(0), arguments.Input<float>(1), arguments.Output<float>(0), outer, extent, inner));
        }

        internal override bool MayOverwrite(int output, int input) => true;

        internal override double Flops(IReadOnlyList<TensorType> inputs, IReadOnlyList<TensorType> outputs) => 4.0 * inputs[0].Shape.ElementCount;
    }
}

namespace ComputeCore
{
    public sealed partial class Tensor
    {
        /// <summary>log(softmax(x)) along an axis, without the overflow and cancellation of computing it so.</summary>
        /// <param name="axis">The axis; negative ones count from the end.</param>
        /// <exception cref="ShapeException">The tensor has no such axis.</exception>
        public Tensor LogSoftmax(int axis = -1) => Node.Apply(new Operations.LogSoftmax(Shape.Axis(axis)), this);
    }
}
