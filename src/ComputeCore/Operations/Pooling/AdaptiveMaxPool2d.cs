using ComputeCore.Devices.Cpu;
using ComputeCore.Devices.Reference;
using ComputeCore.Graphs;
using ComputeCore.Kernels.Cpu.Pooling;

namespace ComputeCore.Operations
{
    /// <summary>Maxima of windows that cover the planes and are as many as asked for, and their indices as in <see cref="MaxPool2d"/>.</summary>
    /// <param name="Output">The pooled planes' size.</param>
    public sealed record AdaptiveMaxPool2d(Pair Output) : Operation, ISampled, ICpuOperation
    {
        /// <inheritdoc/>
        public static IEnumerable<Sample> Samples =>
        [
            new(new AdaptiveMaxPool2d(1), Draw.Distinct([2, 3, 5, 7])),
            new(new AdaptiveMaxPool2d(new Pair(3, 4)), Draw.Distinct([2, 7, 9])),
            new(new AdaptiveMaxPool2d(new Pair(4, 3)), Draw.Distinct([1, 2, 2, 6])),
        ];

        /// <inheritdoc/>
        public override Tolerance Tolerance => Tolerance.Exact;

        /// <inheritdoc/>
        public override IReadOnlyList<TensorType> Infer(IReadOnlyList<TensorType> inputs)
        {
            ExpectCount(inputs, 1, 1);
            ExpectFloat(inputs, 0);
            var (pooled, error) = AdaptiveWindows.Pool(inputs[0].Shape, Output);
            if (error is not null)
                throw Mismatch(inputs, error);
            return [inputs[0] with { Shape = pooled }, new(ElementType.Int32, pooled)];
        }

        internal override void Evaluate(ReferenceArguments arguments) =>
            Planes.Maximum(arguments, [.. AdaptiveWindows.Elements(arguments.X.Shape, arguments.Y.Shape)]);

        internal override IReadOnlyList<Tensor?> Differentiate(Differential d) =>
            [Node.Apply(new AdaptiveMaxPool2dGradient(d.X.Shape), d.Dy, d.Outputs[1])];

        unsafe CpuKernel ICpuOperation.Lower(CpuLowering lowering)
        {
            var shape = AdaptiveWindows.ToKernel(lowering.Inputs[0].Shape, lowering.Outputs[0].Shape);
            return new CpuKernel(arguments =>
                AdaptivePooling.MaxForward(arguments.Pool, shape, arguments.Input<float>(0), arguments.Output<float>(0), arguments.Output<int>(1)));
        }

        internal override double Flops(IReadOnlyList<TensorType> inputs, IReadOnlyList<TensorType> outputs) => inputs[0].Shape.ElementCount;
    }

    /// <summary>The gradient of <see cref="AdaptiveMaxPool2d"/> from dy and the indices: each dy goes to its window's maximum.</summary>
    /// <param name="InputShape">The shape of the pooling's input.</param>
    public sealed record AdaptiveMaxPool2dGradient(Shape InputShape) : Operation, ISampled, ICpuOperation
    {
        /// <inheritdoc/>
        public static IEnumerable<Sample> Samples =>
        [
            SampleOf([2, 3, 5, 7], [2, 3, 1, 1]),
            SampleOf([2, 7, 9], [2, 3, 4]),
            SampleOf([1, 2, 2, 6], [1, 2, 4, 3]),
        ];

        /// <inheritdoc/>
        public override IReadOnlyList<TensorType> Infer(IReadOnlyList<TensorType> inputs)
        {
            ExpectCount(inputs, 2, 2);
            ExpectFloat(inputs, 0);
            var dy = inputs[0].Shape;
            if (dy.Rank != InputShape.Rank || dy.Rank < 3 || AdaptiveWindows.Pool(InputShape, new(dy[-2], dy[-1])) != (dy, null) || inputs[1] != new TensorType(ElementType.Int32, dy))
                throw Mismatch(inputs, $"both must have one shape to which {InputShape} can be pooled, and the indices be i32");
            return [inputs[0] with { Shape = InputShape }];
        }

        internal override void Evaluate(ReferenceArguments arguments) => Planes.Scatter(arguments);

        unsafe CpuKernel ICpuOperation.Lower(CpuLowering lowering)
        {
            var shape = AdaptiveWindows.ToKernel(lowering.Outputs[0].Shape, lowering.Inputs[0].Shape);
            return new CpuKernel(arguments =>
                AdaptivePooling.MaxBackward(arguments.Pool, shape, arguments.Input<float>(0), arguments.Input<int>(1), arguments.Output<float>(0)));
        }

        internal override double Flops(IReadOnlyList<TensorType> inputs, IReadOnlyList<TensorType> outputs) => inputs[0].Shape.ElementCount;

        private static Sample SampleOf(Shape input, Shape output) =>
            new(new AdaptiveMaxPool2dGradient(input), Draw.Normal(output), Planes.Indices(input, output, AdaptiveWindows.Elements(input, output)));
    }
}

namespace ComputeCore
{
    public sealed partial class Tensor
    {
        /// <summary>
        /// Maxima over the planes of this tensor [..., C, H, W] in windows that give planes of a certain size: result i of n
        /// sees the rows from ⌊i·H/n⌋ up to ⌈(i + 1)·H/n⌉.
        /// </summary>
        /// <param name="output">The pooled planes' size.</param>
        /// <exception cref="ShapeException">The planes or the pooled planes hold no elements.</exception>
        public Tensor AdaptiveMaxPool2d(Pair output) => Node.Apply(new Operations.AdaptiveMaxPool2d(output), this);
    }
}
