using ComputeCore.Devices.Cpu;
using ComputeCore.Devices.Reference;
using ComputeCore.Graphs;
using ComputeCore.Kernels.Cpu.Pooling;

namespace ComputeCore.Operations
{
    /// <summary>
    /// The maximum of each window, and its index h · W + w within the plane: the first one's where several are equal, and the
    /// last NaN's where there are any.
    /// </summary>
    /// <param name="Window">How the window moves.</param>
    /// <param name="HasIndices">Whether the indices are a result; a pass drops them where nothing needs them.</param>
    public sealed record MaxPool2d(PoolWindow Window, bool HasIndices = true) : Operation, ISampled, ICpuOperation
    {
        /// <inheritdoc/>
        public static IEnumerable<Sample> Samples =>
        [
            new(new MaxPool2d(Window: new(2, 2, 0, 1, false)), Draw.Distinct([2, 3, 8, 6])),
            new(new MaxPool2d(Window: new(2, 2, 0, 1, false)), Draw.Distinct([1, 2, 7, 37])),
            new(new MaxPool2d(Window: new(2, 2, 0, 1, true)), Draw.Distinct([1, 2, 7, 5])),
            new(new MaxPool2d(Window: new(3, 2, 1, 1, false)), Draw.Distinct([2, 2, 8, 7])),
            new(new MaxPool2d(Window: new(3, 2, 1, 1, true)), Draw.Distinct([2, 8, 7])),
            new(new MaxPool2d(Window: new(3, 1, 1, 1, false)), Draw.Distinct([1, 2, 5, 6])),
            new(new MaxPool2d(Window: new(3, 1, 0, 2, false)), Draw.Distinct([1, 2, 7, 8])),
            new(new MaxPool2d(Window: new(new(2, 3), new(1, 2), new(1, 0), 1, false)), Draw.Distinct([1, 2, 5, 9])),
            new(new MaxPool2d(Window: new(2, 2, 0, 1, false), HasIndices: false), Draw.Distinct([2, 3, 8, 6])),
            new(new MaxPool2d(Window: new(2, 2, 0, 1, false), HasIndices: false), Draw.Normal([1, 2, 7, 37])),
            new(new MaxPool2d(Window: new(3, 2, 1, 1, true), HasIndices: false), Draw.Normal([2, 8, 73])),
            new(new MaxPool2d(Window: new(new(2, 3), new(1, 2), new(1, 0), new(2, 1), false), HasIndices: false), Draw.Normal([1, 2, 5, 150])),
            new(new MaxPool2d(Window: new(new(3, 2), new(3, 3), 1, 1, false), HasIndices: false), Draw.Distinct([1, 2, 9, 60])),
            new(new MaxPool2d(Window: new(2, 1, 0, 1, false), HasIndices: false), Draw.Values([1, 2, 4], double.NaN, 1, 1, double.NegativeInfinity, 2, 1, 1, double.NegativeInfinity)),
            new(new MaxPool2d(Window: new(2, 1, 0, 1, false)), Draw.Values([1, 2, 4], double.NaN, 1, 1, double.NegativeInfinity, 2, 1, 1, double.NegativeInfinity)),
        ];

        /// <inheritdoc/>
        public override Tolerance Tolerance => Tolerance.Exact;

        /// <inheritdoc/>
        public override IReadOnlyList<TensorType> Infer(IReadOnlyList<TensorType> inputs)
        {
            ExpectCount(inputs, 1, 1);
            ExpectFloat(inputs, 0);
            var (pooled, error) = Window.Pool(inputs[0].Shape);
            if (error is not null)
                throw Mismatch(inputs, error);
            var maxima = inputs[0] with { Shape = pooled };
            return HasIndices ? [maxima, new(ElementType.Int32, pooled)] : [maxima];
        }

        internal override void Evaluate(ReferenceArguments arguments) =>
            Planes.Maximum(arguments, [.. Window.Elements(arguments.X.Shape, arguments.Y.Shape)]);

        internal override IReadOnlyList<Tensor?> Differentiate(Differential d) => HasIndices
            ? [Node.Apply(new MaxPool2dGradient(Window, d.X.Shape), d.Dy, d.Outputs[1])]
            : throw new NotSupportedException("A max pooling without its indices is not differentiated: they are dropped from the differentiated graph.");

        unsafe CpuKernel ICpuOperation.Lower(CpuLowering lowering)
        {
            var shape = Window.ToKernel(lowering.Inputs[0].Shape, lowering.Outputs[0].Shape);
            if (!HasIndices)
                return new CpuKernel(arguments => MaxPoolingValues.Forward(arguments.Pool, shape, arguments.Input<float>(0), arguments.Output<float>(0)));
            return new CpuKernel(arguments =>
                MaxPooling.Forward(arguments.Pool, shape, arguments.Input<float>(0), arguments.Output<float>(0), arguments.Output<int>(1)));
        }

        internal override double Flops(IReadOnlyList<TensorType> inputs, IReadOnlyList<TensorType> outputs) =>
            (double)outputs[0].Shape.ElementCount * Window.Kernel.Height * Window.Kernel.Width;
    }

    /// <summary>The gradient of <see cref="MaxPool2d"/> from dy and the indices: each dy goes to its window's maximum.</summary>
    /// <param name="Window">How the pooling's window moves.</param>
    /// <param name="InputShape">The shape of the pooling's input.</param>
    public sealed record MaxPool2dGradient(PoolWindow Window, Shape InputShape) : Operation, ISampled, ICpuOperation
    {
        /// <inheritdoc/>
        public static IEnumerable<Sample> Samples =>
        [
            SampleOf(new(2, 2, 0, 1, false), [2, 3, 8, 6]),
            SampleOf(new(2, 2, 0, 1, false), [1, 2, 7, 37]),
            SampleOf(new(2, 2, 0, 1, true), [1, 2, 7, 5]),
            SampleOf(new(3, 2, 1, 1, false), [2, 2, 8, 7]),
            SampleOf(new(3, 1, 1, 1, false), [2, 5, 6]),
            SampleOf(new(3, 1, 0, 2, false), [1, 2, 7, 8]),
        ];

        /// <inheritdoc/>
        public override IReadOnlyList<TensorType> Infer(IReadOnlyList<TensorType> inputs)
        {
            ExpectCount(inputs, 2, 2);
            ExpectFloat(inputs, 0);
            var (pooled, error) = Window.Pool(InputShape);
            if (error is not null || inputs[0].Shape != pooled || inputs[1] != new TensorType(ElementType.Int32, pooled))
                throw Mismatch(inputs, error ?? $"both must have the shape {pooled} to which {InputShape} is pooled, and the indices be i32");
            return [inputs[0] with { Shape = InputShape }];
        }

        internal override void Evaluate(ReferenceArguments arguments) => Planes.Scatter(arguments);

        unsafe CpuKernel ICpuOperation.Lower(CpuLowering lowering)
        {
            var shape = Window.ToKernel(lowering.Outputs[0].Shape, lowering.Inputs[0].Shape);
            return new CpuKernel(arguments =>
                MaxPooling.Backward(arguments.Pool, shape, arguments.Input<float>(0), arguments.Input<int>(1), arguments.Output<float>(0)));
        }

        internal override double Flops(IReadOnlyList<TensorType> inputs, IReadOnlyList<TensorType> outputs) => inputs[0].Shape.ElementCount;

        private static Sample SampleOf(PoolWindow window, Shape input)
        {
            var pooled = window.Pool(input).Shape;
            return new(new MaxPool2dGradient(window, input), Draw.Normal(pooled), Planes.Indices(input, pooled, window.Elements(input, pooled)));
        }
    }
}

namespace ComputeCore
{
    public sealed partial class Tensor
    {
        /// <summary>
        /// The maximum of each window of the planes of this tensor [..., C, H, W]; padding never wins. A plane has
        /// ⌊(H + 2·padding − dilation·(kernel − 1) − 1) / stride⌋ + 1 rows of windows.
        /// </summary>
        /// <param name="kernel">The window's size.</param>
        /// <param name="stride">Steps between neighbouring windows; the kernel's size by default.</param>
        /// <param name="padding">How far windows may begin outside of the plane; 0 by default.</param>
        /// <param name="dilation">Steps between the window's elements; 1 by default.</param>
        /// <param name="ceilMode">Whether to round up instead, as long as the last window begins inside the plane or its leading padding.</param>
        /// <exception cref="ShapeException">The window does not fit the planes.</exception>
        public Tensor MaxPool2d(Pair kernel, Pair? stride = null, Pair? padding = null, Pair? dilation = null, bool ceilMode = false)
        {
            // max(relu(x)) = relu(max(x)), with the same gradient: both are monotonic, and where relu makes ties, it stops the
            // gradient. This order applies relu to fewer elements and keeps no mask of the unpooled ones for the gradient.
            if (Node.Operation is Operations.Relu)
                return Node.Inputs[0].MaxPool2d(kernel, stride, padding, dilation, ceilMode).Relu();
            return Node.Apply(new Operations.MaxPool2d(new Operations.PoolWindow(kernel, stride ?? kernel, padding ?? 0, dilation ?? 1, ceilMode)), this);
        }
    }
}
