using ComputeCore.Kernels;
using ComputeCore.Kernels.Pooling;
using ComputeCore.Operations;

namespace ComputeCore.Accelerators.Lowerings;

/// <summary>Pooling of planes.</summary>
internal static class PoolingLowerings
{
    public static void AddTo(LoweringTable table)
    {
        table.Add<MaxPool2d>((pool, context) =>
        {
            var shape = ToKernel(pool.Window, context.Inputs[0].Shape, context.Outputs[0].Shape);
            return new AcceleratorKernel(arguments =>
            [
                MaxPooling.Dispatch.Forward(
                    Groups(context.Outputs[0]), MaxPooling.GroupSize, arguments.Input<float>(0), arguments.Output<float>(0), arguments.Output<int>(1), shape),
            ]);
        });
        table.Add<MaxPool2dGradient>((pool, context) =>
        {
            var shape = ToKernel(pool.Window, context.Outputs[0].Shape, context.Inputs[0].Shape);
            return new AcceleratorKernel(arguments =>
            [
                MaxPooling.Dispatch.Backward(
                    Groups(context.Outputs[0]), MaxPooling.GroupSize, arguments.Input<float>(0), arguments.Input<int>(1), arguments.Output<float>(0), shape),
            ]);
        });
        table.Add<AveragePool2d>((pool, context) =>
        {
            var shape = ToKernel(pool.Window, context.Inputs[0].Shape, context.Outputs[0].Shape, pool.CountPadding);
            return new AcceleratorKernel(arguments =>
                [AveragePooling.Dispatch.Forward(Groups(context.Outputs[0]), AveragePooling.GroupSize, arguments.Input<float>(0), arguments.Output<float>(0), shape)]);
        });
        table.Add<AveragePool2dGradient>((pool, context) =>
        {
            var shape = ToKernel(pool.Window, context.Outputs[0].Shape, context.Inputs[0].Shape, pool.CountPadding);
            return new AcceleratorKernel(arguments =>
                [AveragePooling.Dispatch.Backward(Groups(context.Outputs[0]), AveragePooling.GroupSize, arguments.Input<float>(0), arguments.Output<float>(0), shape)]);
        });
        table.Add<AdaptiveAveragePool2d>((_, context) =>
        {
            var (planes, h, w, p, q) = Adaptive(context.Inputs[0].Shape, context.Outputs[0].Shape);
            return new AcceleratorKernel(arguments =>
            [
                AdaptivePooling.Dispatch.AverageForward(
                    Groups(context.Outputs[0]), AdaptivePooling.GroupSize, arguments.Input<float>(0), arguments.Output<float>(0), planes, h, w, p, q),
            ]);
        });
        table.Add<AdaptiveAveragePool2dGradient>((_, context) =>
        {
            var (planes, h, w, p, q) = Adaptive(context.Outputs[0].Shape, context.Inputs[0].Shape);
            return new AcceleratorKernel(arguments =>
            [
                AdaptivePooling.Dispatch.AverageBackward(
                    Groups(context.Outputs[0]), AdaptivePooling.GroupSize, arguments.Input<float>(0), arguments.Output<float>(0), planes, h, w, p, q),
            ]);
        });
        table.Add<AdaptiveMaxPool2d>((_, context) =>
        {
            var (planes, h, w, p, q) = Adaptive(context.Inputs[0].Shape, context.Outputs[0].Shape);
            return new AcceleratorKernel(arguments =>
            [
                AdaptivePooling.Dispatch.MaxForward(
                    Groups(context.Outputs[0]),
                    AdaptivePooling.GroupSize,
                    arguments.Input<float>(0),
                    arguments.Output<float>(0),
                    arguments.Output<int>(1),
                    planes,
                    h,
                    w,
                    p,
                    q),
            ]);
        });
        table.Add<AdaptiveMaxPool2dGradient>((_, context) =>
        {
            var (planes, h, w, p, q) = Adaptive(context.Outputs[0].Shape, context.Inputs[0].Shape);
            return new AcceleratorKernel(arguments =>
            [
                AdaptivePooling.Dispatch.MaxBackward(
                    Groups(context.Outputs[0]),
                    AdaptivePooling.GroupSize,
                    arguments.Input<float>(0),
                    arguments.Input<int>(1),
                    arguments.Output<float>(0),
                    planes,
                    h,
                    w,
                    p,
                    q),
            ]);
        });
    }

    private static int Groups(TensorType result) => Extent.Cover(result.Shape.ElementCount, MaxPooling.GroupSize);

    private static (int Planes, int Height, int Width, int OutputHeight, int OutputWidth) Adaptive(Shape input, Shape output) =>
        (Planes.Count(input), input[-2], input[-1], output[-2], output[-1]);

    private static PoolingShape ToKernel(PoolWindow window, Shape input, Shape output, bool countPadding = false) => new()
    {
        Planes = Planes.Count(input),
        Height = input[-2],
        Width = input[-1],
        OutputHeight = output[-2],
        OutputWidth = output[-1],
        KernelHeight = window.Kernel.Height,
        KernelWidth = window.Kernel.Width,
        StrideY = window.Stride.Height,
        StrideX = window.Stride.Width,
        PaddingY = window.Padding.Height,
        PaddingX = window.Padding.Width,
        DilationY = window.Dilation.Height,
        DilationX = window.Dilation.Width,
        CountPadding = countPadding ? 1 : 0,
    };
}
