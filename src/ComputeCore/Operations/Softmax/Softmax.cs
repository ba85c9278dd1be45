using ComputeCore.Devices.Cpu;
using ComputeCore.Devices.Reference;
using ComputeCore.Graphs;

namespace ComputeCore.Operations
{
    /// <summary>y = exp(x) / Σ exp(x) along an axis, computed from x − max(x).</summary>
    /// <param name="Axis">The axis, counted from the front.</param>
    public sealed record Softmax(int Axis) : AxisOperation(Axis), ISampled, ICpuOperation
    {
        /// <inheritdoc/>
        public static IEnumerable<Sample> Samples =>
        [
            new(new Softmax(1), Draw.Normal([3, 37], deviation: 3)),
            new(new Softmax(2), Draw.Normal([2, 3, 130])),
            new(new Softmax(1), Draw.Normal([2, 5, 19])),
            new(new Softmax(0), Draw.Normal([7])),
            new(new Softmax(1), Draw.Values([2, 3], 1000, 1001, 1002, -1000, double.NegativeInfinity, -1001)),
        ];

        /// <inheritdoc/>
        public override IReadOnlyList<TensorType> Infer(IReadOnlyList<TensorType> inputs) => [InferOne(inputs, 1)];

        internal override void Evaluate(ReferenceArguments arguments)
        {
            foreach (var line in AxisLines.Of(arguments.X.Shape, Axis))
            {
                var logSumExp = AxisLines.LogSumExp(arguments.X, line);
                foreach (var i in line)
                    arguments.Y.Values[i] = Math.Exp(arguments.X.Values[i] - logSumExp);
            }
        }

        internal override IReadOnlyList<Tensor?> Differentiate(Differential d) => [Node.Apply(new SoftmaxGradient(Axis), d.Dy, d.Y)];

        unsafe CpuKernel ICpuOperation.Lower(CpuLowering lowering)
        {
            var (outer, extent, inner) = AxisLines.Cut(lowering.Outputs[0].Shape, Axis);
            return new CpuKernel(arguments =>
                Kernels.Cpu.Softmax.Softmax.Forward(arguments.Pool, arguments.Input<float>(0), arguments.Output<float>(0), outer, extent, inner));
        }

        internal override bool MayOverwrite(int output, int input) => true;

        internal override double Flops(IReadOnlyList<TensorType> inputs, IReadOnlyList<TensorType> outputs) => 4.0 * inputs[0].Shape.ElementCount;
    }

    /// <summary>The gradient of <see cref="Softmax"/> from dy and y: dx = y · (dy − Σ dy · y).</summary>
    /// <param name="Axis">The axis, counted from the front.</param>
    public sealed record SoftmaxGradient(int Axis) : AxisOperation(Axis), ISampled, ICpuOperation
    {
        /// <inheritdoc/>
        public static IEnumerable<Sample> Samples =>
        [
            new(new SoftmaxGradient(1), Draw.Normal([3, 37]), Draw.Uniform([3, 37], 0, 0.1)),
            new(new SoftmaxGradient(2), Draw.Normal([2, 3, 130]), Draw.Uniform([2, 3, 130], 0, 0.02)),
            new(new SoftmaxGradient(1), Draw.Normal([2, 5, 19]), Draw.Uniform([2, 5, 19], 0, 0.4)),
            new(new SoftmaxGradient(0), Draw.Normal([7]), Draw.Uniform([7], 0, 0.3)),
        ];

        /// <inheritdoc/>
        public override IReadOnlyList<TensorType> Infer(IReadOnlyList<TensorType> inputs) => [InferOne(inputs, 2)];

        internal override void Evaluate(ReferenceArguments arguments)
        {
            var (dy, y, dx) = (arguments.Inputs[0], arguments.Inputs[1], arguments.Y);
            foreach (var line in AxisLines.Of(dy.Shape, Axis))
            {
                var dot = line.Sum(i => dy.Values[i] * y.Values[i]);
                foreach (var i in line)
                    dx.Values[i] = y.Values[i] * (dy.Values[i] - dot);
            }
        }

        unsafe CpuKernel ICpuOperation.Lower(CpuLowering lowering)
        {
            var (outer, extent, inner) = AxisLines.Cut(lowering.Outputs[0].Shape, Axis);
            return new CpuKernel(arguments =>
                Kernels.Cpu.Softmax.Softmax.Backward(arguments.Pool, arguments.Input<float>(0), arguments.Input<float>(1), arguments.Output<float>(0), outer, extent, inner));
        }

        internal override bool MayOverwrite(int output, int input) => true;

        internal override double Flops(IReadOnlyList<TensorType> inputs, IReadOnlyList<TensorType> outputs) => 4.0 * inputs[0].Shape.ElementCount;
    }
}

namespace ComputeCore
{
    public sealed partial class Tensor
    {
        /// <summary>exp(x) / Σ exp(x) along an axis: positive numbers whose sum is 1.</summary>
        /// <param name="axis">The axis; negative ones count from the end.</param>
        /// <exception cref="ShapeException">The tensor has no such axis.</exception>
        public Tensor Softmax(int axis = -1) => Node.Apply(new Operations.Softmax(Shape.Axis(axis)), this);
    }
}
