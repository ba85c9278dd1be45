using ComputeCore.Devices.Cpu;
using ComputeCore.Devices.Reference;
using ComputeCore.Graphs;
using ComputeCore.Kernels.Cpu.Pooling;

namespace ComputeCore.Operations
{
    /// <summary>Means of windows that cover the planes and are as many as asked for.</summary>
    /// <param name="Output">The pooled planes' size.</param>
    public sealed record AdaptiveAveragePool2d(Pair Output) : Operation, ISampled, ICpuOperation
    {
        /// <inheritdoc/>
        public static IEnumerable<Sample> Samples =>
        [
            new(new AdaptiveAveragePool2d(1), Draw.Normal([2, 3, 5, 7])),
            new(new AdaptiveAveragePool2d(new Pair(3, 4)), Draw.Normal([2, 7, 9])),
            new(new AdaptiveAveragePool2d(new Pair(4, 3)), Draw.Normal([1, 2, 2, 6])),
        ];

        /// <inheritdoc/>
        public override IReadOnlyList<TensorType> Infer(IReadOnlyList<TensorType> inputs)
        {
            ExpectCount(inputs, 1, 1);
            ExpectFloat(inputs, 0);
            var (pooled, error) = AdaptiveWindows.Pool(inputs[0].Shape, Output);
            if (error is not null)
                throw Mismatch(inputs, error);
            return [inputs[0] with { Shape = pooled }];
        }

        internal override void Evaluate(ReferenceArguments arguments)
        {
            var (input, output) = (arguments.X.Shape, arguments.Y.Shape);
            Planes.Average(arguments, [.. AdaptiveWindows.Elements(input, output)], AdaptiveWindows.Counts(input, output));
        }

        internal override IReadOnlyList<Tensor?> Differentiate(Differential d) =>
            [Node.Apply(new AdaptiveAveragePool2dGradient(d.X.Shape), d.Dy)];

        unsafe CpuKernel ICpuOperation.Lower(CpuLowering lowering)
        {
            var shape = AdaptiveWindows.ToKernel(lowering.Inputs[0].Shape, lowering.Outputs[0].Shape);
            return new CpuKernel(arguments =>
                AdaptivePooling.AverageForward(arguments.Pool, shape, arguments.Input<float>(0), arguments.Output<float>(0)));
        }

        internal override double Flops(IReadOnlyList<TensorType> inputs, IReadOnlyList<TensorType> outputs) => inputs[0].Shape.ElementCount;
    }

    /// <summary>The gradient of <see cref="AdaptiveAveragePool2d"/>: each dy is shared among its window's elements.</summary>
    /// <param name="InputShape">The shape of the pooling's input.</param>
    public sealed record AdaptiveAveragePool2dGradient(Shape InputShape) : Operation, ISampled, ICpuOperation
    {
        /// <inheritdoc/>
        public static IEnumerable<Sample> Samples =>
        [
            new(new AdaptiveAveragePool2dGradient([2, 3, 5, 7]), Draw.Normal([2, 3, 1, 1])),
            new(new AdaptiveAveragePool2dGradient([2, 7, 9]), Draw.Normal([2, 3, 4])),
            new(new AdaptiveAveragePool2dGradient([1, 2, 2, 6]), Draw.Normal([1, 2, 4, 3])),
        ];

        /// <inheritdoc/>
        public override IReadOnlyList<TensorType> Infer(IReadOnlyList<TensorType> inputs)
        {
            ExpectCount(inputs, 1, 1);
            ExpectFloat(inputs, 0);
            var dy = inputs[0].Shape;
            if (dy.Rank != InputShape.Rank || dy.Rank < 3 || AdaptiveWindows.Pool(InputShape, new(dy[-2], dy[-1])) != (dy, null))
                throw Mismatch(inputs, $"it must have a shape to which {InputShape} can be pooled");
            return [inputs[0] with { Shape = InputShape }];
        }

        internal override void Evaluate(ReferenceArguments arguments)
        {
            var (input, output) = (arguments.Y.Shape, arguments.X.Shape);
            Planes.AverageGradient(arguments, [.. AdaptiveWindows.Elements(input, output)], AdaptiveWindows.Counts(input, output));
        }

        internal override IReadOnlyList<Tensor?> Differentiate(Differential d) =>
            [Node.Apply(new AdaptiveAveragePool2d(new(d.X.Shape[-2], d.X.Shape[-1])), d.Dy)];

        unsafe CpuKernel ICpuOperation.Lower(CpuLowering lowering)
        {
            var shape = AdaptiveWindows.ToKernel(lowering.Outputs[0].Shape, lowering.Inputs[0].Shape);
            return new CpuKernel(arguments =>
                AdaptivePooling.AverageBackward(arguments.Pool, shape, arguments.Input<float>(0), arguments.Output<float>(0)));
        }

        internal override double Flops(IReadOnlyList<TensorType> inputs, IReadOnlyList<TensorType> outputs) => outputs[0].Shape.ElementCount;
    }
}

namespace ComputeCore
{
    public sealed partial class Tensor
    {
        /// <summary>
        /// Means over the planes of this tensor [..., C, H, W] in windows that give planes of a certain size: result i of n
        /// sees the rows from ⌊i·H/n⌋ up to ⌈(i + 1)·H/n⌉.
        /// </summary>
        /// <param name="output">The pooled planes' size; 1 is global average pooling.</param>
        /// <exception cref="ShapeException">The planes or the pooled planes hold no elements.</exception>
        public Tensor AdaptiveAveragePool2d(Pair output) => Node.Apply(new Operations.AdaptiveAveragePool2d(output), this);
    }
}
