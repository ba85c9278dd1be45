using ComputeCore.Kernels.Softmax;
using ComputeCore.Operations;

namespace ComputeCore.Accelerators.Lowerings;

/// <summary>Softmax along an axis, its logarithm, and their gradients.</summary>
internal static class SoftmaxLowerings
{
    public static void AddTo(LoweringTable table)
    {
        table.Add<Softmax>((softmax, context) =>
        {
            var (launch, extent, inner) = Lines(context, softmax.Axis);
            return new AcceleratorKernel(arguments => [SoftmaxKernels.Dispatch.Softmax(
                launch.Grid, LineLaunch.GroupSize, arguments.Input<float>(0), arguments.Output<float>(0), extent, inner, launch.Lines, launch.Width)]);
        });
        table.Add<LogSoftmax>((softmax, context) =>
        {
            var (launch, extent, inner) = Lines(context, softmax.Axis);
            return new AcceleratorKernel(arguments => [SoftmaxKernels.Dispatch.LogSoftmax(
                launch.Grid, LineLaunch.GroupSize, arguments.Input<float>(0), arguments.Output<float>(0), extent, inner, launch.Lines, launch.Width)]);
        });
        table.Add<SoftmaxGradient>((gradient, context) =>
        {
            var (launch, extent, inner) = Lines(context, gradient.Axis);
            return new AcceleratorKernel(arguments => [SoftmaxKernels.Dispatch.SoftmaxGradient(
                launch.Grid, LineLaunch.GroupSize, arguments.Input<float>(0), arguments.Input<float>(1), arguments.Output<float>(0), extent, inner, launch.Lines, launch.Width)]);
        });
        table.Add<LogSoftmaxGradient>((gradient, context) =>
        {
            var (launch, extent, inner) = Lines(context, gradient.Axis);
            return new AcceleratorKernel(arguments => [SoftmaxKernels.Dispatch.LogSoftmaxGradient(
                launch.Grid, LineLaunch.GroupSize, arguments.Input<float>(0), arguments.Input<float>(1), arguments.Output<float>(0), extent, inner, launch.Lines, launch.Width)]);
        });
    }

    private static (LineLaunch Launch, int Extent, int Inner) Lines(LoweringContext context, int axis)
    {
        var (outer, extent, inner) = AxisLines.Cut(context.Outputs[0].Shape, axis);
        return (new LineLaunch(outer, extent, inner), extent, inner);
    }
}
