using ComputeCore.Devices.Cpu;
using ComputeCore.Devices.Reference;
using ComputeCore.Graphs;
using ComputeCore.Kernels.Cpu.Pooling;

namespace ComputeCore.Operations
{
    /// <summary>The mean of each window.</summary>
    /// <param name="Window">How the window moves; its dilation is 1.</param>
    /// <param name="CountPadding">Whether padding counts as zeros, or not at all.</param>
    public sealed record AveragePool2d(PoolWindow Window, bool CountPadding) : Operation, ISampled, ICpuOperation
    {
        /// <inheritdoc/>
        public static IEnumerable<Sample> Samples =>
        [
            new(new AveragePool2d(new(2, 2, 0, 1, false), true), Draw.Normal([2, 3, 8, 6])),
            new(new AveragePool2d(new(3, 2, 1, 1, false), true), Draw.Normal([2, 2, 8, 37])),
            new(new AveragePool2d(new(3, 2, 1, 1, false), false), Draw.Normal([2, 8, 7])),
            new(new AveragePool2d(new(3, 2, 1, 1, true), true), Draw.Normal([1, 2, 8, 6])),
            new(new AveragePool2d(new(3, 2, 1, 1, true), false), Draw.Normal([1, 2, 8, 6])),
            new(new AveragePool2d(new(new(2, 3), new(1, 2), new(1, 0), 1, false), true), Draw.Normal([1, 2, 5, 9])),
        ];

        /// <inheritdoc/>
        public override IReadOnlyList<TensorType> Infer(IReadOnlyList<TensorType> inputs)
        {
            ExpectCount(inputs, 1, 1);
            ExpectFloat(inputs, 0);
            var (pooled, error) = Window.Pool(inputs[0].Shape);
            if (error is not null)
                throw Mismatch(inputs, error);
            return [inputs[0] with { Shape = pooled }];
        }

        internal override void Evaluate(ReferenceArguments arguments)
        {
            var (input, output) = (arguments.X.Shape, arguments.Y.Shape);
            Planes.Average(arguments, [.. Window.Elements(input, output)], Window.Counts(input, output, CountPadding));
        }

        internal override IReadOnlyList<Tensor?> Differentiate(Differential d) =>
            [Node.Apply(new AveragePool2dGradient(Window, CountPadding, d.X.Shape), d.Dy)];

        unsafe CpuKernel ICpuOperation.Lower(CpuLowering lowering)
        {
            var (shape, countPadding) = (Window.ToKernel(lowering.Inputs[0].Shape, lowering.Outputs[0].Shape), CountPadding);
            return new CpuKernel(arguments =>
                AveragePooling.Forward(arguments.Pool, shape, countPadding, arguments.Input<float>(0), arguments.Output<float>(0)));
        }

        internal override double Flops(IReadOnlyList<TensorType> inputs, IReadOnlyList<TensorType> outputs) =>
            (double)outputs[0].Shape.ElementCount * Window.Kernel.Height * Window.Kernel.Width;
    }

    /// <summary>The gradient of <see cref="AveragePool2d"/>: each dy is shared among its window's elements.</summary>
    /// <param name="Window">How the pooling's window moves.</param>
    /// <param name="CountPadding">Whether padding counts as zeros, or not at all.</param>
    /// <param name="InputShape">The shape of the pooling's input.</param>
    public sealed record AveragePool2dGradient(PoolWindow Window, bool CountPadding, Shape InputShape) : Operation, ISampled, ICpuOperation
    {
        /// <inheritdoc/>
        public static IEnumerable<Sample> Samples =>
        [
            new(new AveragePool2dGradient(new(2, 2, 0, 1, false), true, [2, 3, 8, 6]), Draw.Normal([2, 3, 4, 3])),
            new(new AveragePool2dGradient(new(3, 2, 1, 1, false), true, [2, 2, 8, 37]), Draw.Normal([2, 2, 4, 19])),
            new(new AveragePool2dGradient(new(3, 2, 1, 1, true), false, [2, 8, 6]), Draw.Normal([2, 5, 4])),
            new(new AveragePool2dGradient(new(3, 2, 1, 1, true), true, [1, 2, 8, 6]), Draw.Normal([1, 2, 5, 4])),
        ];

        /// <inheritdoc/>
        public override IReadOnlyList<TensorType> Infer(IReadOnlyList<TensorType> inputs)
        {
            ExpectCount(inputs, 1, 1);
            ExpectFloat(inputs, 0);
            var (pooled, error) = Window.Pool(InputShape);
            if (error is not null || inputs[0].Shape != pooled)
                throw Mismatch(inputs, error ?? $"it must have the shape {pooled} to which {InputShape} is pooled");
            return [inputs[0] with { Shape = InputShape }];
        }

        internal override void Evaluate(ReferenceArguments arguments)
        {
            var (input, output) = (arguments.Y.Shape, arguments.X.Shape);
            Planes.AverageGradient(arguments, [.. Window.Elements(input, output)], Window.Counts(input, output, CountPadding));
        }

        internal override IReadOnlyList<Tensor?> Differentiate(Differential d) => [Node.Apply(new AveragePool2d(Window, CountPadding), d.Dy)];

        unsafe CpuKernel ICpuOperation.Lower(CpuLowering lowering)
        {
            var (shape, countPadding) = (Window.ToKernel(lowering.Outputs[0].Shape, lowering.Inputs[0].Shape), CountPadding);
            return new CpuKernel(arguments =>
                AveragePooling.Backward(arguments.Pool, shape, countPadding, arguments.Input<float>(0), arguments.Output<float>(0)));
        }

        internal override double Flops(IReadOnlyList<TensorType> inputs, IReadOnlyList<TensorType> outputs) =>
            (double)inputs[0].Shape.ElementCount * Window.Kernel.Height * Window.Kernel.Width;
    }
}

namespace ComputeCore
{
    public sealed partial class Tensor
    {
        /// <summary>
        /// The mean of each window of the planes of this tensor [..., C, H, W]. A plane has
        /// ⌊(H + 2·padding − kernel) / stride⌋ + 1 rows of windows.
        /// </summary>
        /// <param name="kernel">The window's size.</param>
        /// <param name="stride">Steps between neighbouring windows; the kernel's size by default.</param>
        /// <param name="padding">How far windows may begin outside of the plane; 0 by default.</param>
        /// <param name="ceilMode">Whether to round up instead, as long as the last window begins inside the plane or its leading padding.</param>
        /// <param name="countPadding">Whether padding counts as zeros (PyTorch's count_include_pad), or not at all.</param>
        /// <exception cref="ShapeException">The window does not fit the planes.</exception>
        public Tensor AveragePool2d(Pair kernel, Pair? stride = null, Pair? padding = null, bool ceilMode = false, bool countPadding = true) =>
            Node.Apply(new Operations.AveragePool2d(new(kernel, stride ?? kernel, padding ?? 0, 1, ceilMode), countPadding), this);
    }
}
