using ComputeCore.Kernels;
using ComputeCore.Kernels.Pooling;
using ComputeCore.Operations;

namespace ComputeCore.Accelerators.Lowerings;

/// <summary>Pooling and its gradients.</summary>
internal static class PoolingLowerings
{
    public static void AddTo(LoweringTable table)
    {
        table.Add<MaxPool2d>((pool, context) => TilesBy2x2(pool.Window, context.Inputs[0].Shape) ? Max2x2(context) : Max(context, Sliding(pool.Window, context.Inputs[0].Shape, context.Outputs[0].Shape, false)));
        table.Add<AdaptiveMaxPool2d>((_, context) => Max(context, Adaptive(context.Inputs[0].Shape, context.Outputs[0].Shape)));
        table.Add<MaxPool2dGradient>((pool, context) => TilesBy2x2(pool.Window, context.Outputs[0].Shape) ? Max2x2Gradient(context) : MaxGradient(context, Sliding(pool.Window, context.Outputs[0].Shape, context.Inputs[0].Shape, false)));
        table.Add<AdaptiveMaxPool2dGradient>((_, context) => MaxGradient(context, Adaptive(context.Outputs[0].Shape, context.Inputs[0].Shape)));
        table.Add<AveragePool2d>((pool, context) =>
            Average(context, Sliding(pool.Window, context.Inputs[0].Shape, context.Outputs[0].Shape, pool.CountPadding)));
        table.Add<AdaptiveAveragePool2d>((_, context) => Average(context, Adaptive(context.Inputs[0].Shape, context.Outputs[0].Shape)));
        table.Add<AveragePool2dGradient>((pool, context) =>
            AverageGradient(context, Sliding(pool.Window, context.Outputs[0].Shape, context.Inputs[0].Shape, pool.CountPadding)));
        table.Add<AdaptiveAveragePool2dGradient>((_, context) => AverageGradient(context, Adaptive(context.Outputs[0].Shape, context.Inputs[0].Shape)));
    }

    private static AcceleratorKernel Max<TLine>(LoweringContext context, (TLine Rows, TLine Columns) lines)
        where TLine : unmanaged, IPoolingLine
    {
        var count = checked((int)context.Outputs[0].Shape.ElementCount);
        return WithIndices(context, (arguments, indices) => PoolingKernels.Dispatch.Max(
            FlatIndex.GridFor(count), FlatIndex.GroupSize, arguments.Input<float>(0), arguments.Output<float>(0), indices, lines.Rows, lines.Columns, count));
    }

    // The kernels write indices; those that nobody needs go into scratch memory.
    private static AcceleratorKernel WithIndices(LoweringContext context, Func<AcceleratorArguments, DeviceView<int>, KernelDispatch> dispatch)
    {
        if (context.Outputs.Count > 1)
            return new AcceleratorKernel(arguments => [dispatch(arguments, arguments.Output<int>(1))]);
        var scratch = new Scratch();
        var indices = scratch.Take<int>(context.Outputs[0].Shape.ElementCount);
        return scratch.Kernel(arguments => [dispatch(arguments, indices.View(arguments))]);
    }

    private static AcceleratorKernel MaxGradient<TLine>(LoweringContext context, (TLine Rows, TLine Columns) lines)
        where TLine : unmanaged, IPoolingLine
    {
        var count = checked((int)context.Outputs[0].Shape.ElementCount);
        return new AcceleratorKernel(arguments =>
        [
            PoolingKernels.Dispatch.MaxGradient(
                FlatIndex.GridFor(count), FlatIndex.GroupSize, arguments.Input<float>(0), arguments.Input<int>(1), arguments.Output<float>(0), lines.Rows, lines.Columns, count),
        ]);
    }

    private static bool TilesBy2x2(PoolWindow window, Shape input) =>
        window is { Kernel: (2, 2), Stride: (2, 2), Padding: (0, 0), Dilation: (1, 1) } && input[-2] % 2 == 0 && input[-1] % 2 == 0;

    private static AcceleratorKernel Max2x2(LoweringContext context)
    {
        var (count, windows) = Windows2x2(context.Outputs[0].Shape);
        return WithIndices(context, (arguments, indices) =>
            MaxPooling2x2.Dispatch.Max(FlatIndex.GridFor(count), FlatIndex.GroupSize, arguments.Input<float>(0), arguments.Output<float>(0), indices, windows, count));
    }

    private static AcceleratorKernel Max2x2Gradient(LoweringContext context)
    {
        var (count, windows) = Windows2x2(context.Inputs[0].Shape);
        return new AcceleratorKernel(arguments =>
            [MaxPooling2x2.Dispatch.MaxGradient(FlatIndex.GridFor(count), FlatIndex.GroupSize, arguments.Input<float>(0), arguments.Input<int>(1), arguments.Output<float>(0), windows, count)]);
    }

    private static (int Count, Windows Windows) Windows2x2(Shape results) => (checked((int)results.ElementCount), Windows.Of(results[-2], results[-1]));

    private static AcceleratorKernel Average<TLine>(LoweringContext context, (TLine Rows, TLine Columns) lines)
        where TLine : unmanaged, IPoolingLine
    {
        var count = checked((int)context.Outputs[0].Shape.ElementCount);
        return new AcceleratorKernel(arguments =>
            [PoolingKernels.Dispatch.Average(FlatIndex.GridFor(count), FlatIndex.GroupSize, arguments.Input<float>(0), arguments.Output<float>(0), lines.Rows, lines.Columns, count)]);
    }

    private static AcceleratorKernel AverageGradient<TLine>(LoweringContext context, (TLine Rows, TLine Columns) lines)
        where TLine : unmanaged, IPoolingLine
    {
        var count = checked((int)context.Outputs[0].Shape.ElementCount);
        return new AcceleratorKernel(arguments =>
            [PoolingKernels.Dispatch.AverageGradient(FlatIndex.GridFor(count), FlatIndex.GroupSize, arguments.Input<float>(0), arguments.Output<float>(0), lines.Rows, lines.Columns, count)]);
    }

    private static (SlidingLine Rows, SlidingLine Columns) Sliding(PoolWindow window, Shape input, Shape output, bool countPadding)
    {
        var counted = countPadding ? 1 : 0;
        return (
            new SlidingLine(input[-2], output[-2], window.Kernel.Height, window.Stride.Height, window.Padding.Height, window.Dilation.Height, counted),
            new SlidingLine(input[-1], output[-1], window.Kernel.Width, window.Stride.Width, window.Padding.Width, window.Dilation.Width, counted));
    }

    private static (AdaptiveLine Rows, AdaptiveLine Columns) Adaptive(Shape input, Shape output) =>
        (new AdaptiveLine(input[-2], output[-2]), new AdaptiveLine(input[-1], output[-1]));
}
