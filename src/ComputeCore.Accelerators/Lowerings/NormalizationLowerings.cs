using ComputeCore.Kernels;
using ComputeCore.Kernels.Normalization;
using ComputeCore.Operations;

namespace ComputeCore.Accelerators.Lowerings;

/// <summary>Batch, layer and RMS normalization.</summary>
internal static class NormalizationLowerings
{
    public static void AddTo(LoweringTable table)
    {
        table.Add<BatchNormalization>(LowerBatch);
        table.Add<BatchNormalizationGradient>(LowerBatchGradient);
        table.Add<LayerNormalization>(LowerLayer);
        table.Add<LayerNormalizationGradient>(LowerLayerGradient);
        table.Add<RmsNormalization>(LowerRms);
        table.Add<RmsNormalizationGradient>(LowerRmsGradient);
    }

    private static AcceleratorKernel LowerBatch(BatchNormalization normalization, LoweringContext context)
    {
        var (batch, channels, inner) = AxisLines.Cut(context.Inputs[0].Shape, 1);
        var scratch = NormalizationLaunches.BatchScratch(batch, channels, inner);
        return new AcceleratorKernel(arguments => NormalizationLaunches.BatchForward(
            arguments.Input<float>(0),
            arguments.Input<float>(1),
            arguments.Input<float>(2),
            arguments.Output<float>(0),
            arguments.Output<float>(1),
            arguments.Output<float>(2),
            arguments.Output<float>(3),
            arguments.Workspace<float>(0, scratch),
            batch,
            channels,
            inner,
            (float)normalization.Epsilon))
        {
            WorkspaceBytes = sizeof(float) * (long)scratch,
        };
    }

    private static AcceleratorKernel LowerBatchGradient(BatchNormalizationGradient gradient, LoweringContext context)
    {
        var (batch, channels, inner) = AxisLines.Cut(context.Inputs[0].Shape, 1);
        var scratch = NormalizationLaunches.BatchScratch(batch, channels, inner);
        return new AcceleratorKernel(arguments => NormalizationLaunches.BatchBackward(
            arguments.Input<float>(0),
            arguments.Input<float>(1),
            arguments.Input<float>(2),
            arguments.Input<float>(3),
            arguments.Input<float>(4),
            arguments.Output<float>(0),
            arguments.Output<float>(1),
            arguments.Output<float>(2),
            arguments.Workspace<float>(0, scratch),
            batch,
            channels,
            inner))
        {
            WorkspaceBytes = sizeof(float) * (long)scratch,
        };
    }

    private static AcceleratorKernel LowerLayer(LayerNormalization normalization, LoweringContext context)
    {
        var (rows, columns) = Split(context.Inputs[0].Shape, normalization.Axes);
        var (hasWeight, hasBias) = (normalization.HasWeight, normalization.HasBias);
        return new AcceleratorKernel(arguments =>
        [
            LayerNorm.Dispatch.Forward(
                rows,
                GroupSum.GroupSize,
                arguments.Input<float>(0),
                arguments.Input<float>(hasWeight ? 1 : 0),
                arguments.Input<float>(hasBias ? context.Inputs.Count - 1 : 0),
                arguments.Output<float>(0),
                arguments.Output<float>(1),
                arguments.Output<float>(2),
                columns,
                hasWeight ? 1 : 0,
                hasBias ? 1 : 0,
                (float)normalization.Epsilon),
        ]);
    }

    private static AcceleratorKernel LowerLayerGradient(LayerNormalizationGradient gradient, LoweringContext context)
    {
        var (rows, columns) = Split(context.Inputs[0].Shape, gradient.Axes);
        var (hasWeight, hasBias) = (gradient.HasWeight, gradient.HasBias);
        var scratch = hasWeight || hasBias ? NormalizationLaunches.LayerScratch(rows, columns) : 0;
        return new AcceleratorKernel(arguments => Dispatches(arguments))
        {
            WorkspaceBytes = sizeof(float) * (long)scratch,
        };

        // dx may take the place of dy, so that it comes last.
        IEnumerable<KernelDispatch> Dispatches(AcceleratorArguments arguments)
        {
            var (dy, x, mean, rstd) = (arguments.Input<float>(0), arguments.Input<float>(1), arguments.Input<float>(2), arguments.Input<float>(3));
            if (hasWeight || hasBias)
                foreach (var dispatch in NormalizationLaunches.LayerParameters(
                    dy,
                    x,
                    mean,
                    rstd,
                    hasWeight ? arguments.Output<float>(1) : null,
                    hasBias ? arguments.Output<float>(context.Outputs.Count - 1) : null,
                    arguments.Workspace<float>(0, scratch),
                    rows,
                    columns))
                    yield return dispatch;
            yield return LayerNorm.Dispatch.Backward(
                rows, GroupSum.GroupSize, dy, x, mean, rstd, arguments.Input<float>(hasWeight ? 4 : 3), arguments.Output<float>(0), columns, hasWeight ? 1 : 0);
        }
    }

    private static AcceleratorKernel LowerRms(RmsNormalization normalization, LoweringContext context)
    {
        var (rows, columns) = Split(context.Inputs[0].Shape, normalization.Axes);
        var hasWeight = normalization.HasWeight ? 1 : 0;
        return new AcceleratorKernel(arguments =>
        [
            RmsNorm.Dispatch.Forward(
                rows,
                GroupSum.GroupSize,
                arguments.Input<float>(0),
                arguments.Input<float>(hasWeight),
                arguments.Output<float>(0),
                arguments.Output<float>(1),
                columns,
                hasWeight,
                (float)normalization.Epsilon),
        ]);
    }

    private static AcceleratorKernel LowerRmsGradient(RmsNormalizationGradient gradient, LoweringContext context)
    {
        var (rows, columns) = Split(context.Inputs[0].Shape, gradient.Axes);
        var hasWeight = gradient.HasWeight;
        var scratch = hasWeight ? NormalizationLaunches.RmsScratch(rows, columns) : 0;
        return new AcceleratorKernel(arguments => Dispatches(arguments))
        {
            WorkspaceBytes = sizeof(float) * (long)scratch,
        };

        // dx may take the place of dy, so that it comes last.
        IEnumerable<KernelDispatch> Dispatches(AcceleratorArguments arguments)
        {
            var (dy, x, rstd) = (arguments.Input<float>(0), arguments.Input<float>(1), arguments.Input<float>(2));
            if (hasWeight)
                foreach (var dispatch in NormalizationLaunches.RmsWeight(dy, x, rstd, arguments.Output<float>(1), arguments.Workspace<float>(0, scratch), rows, columns))
                    yield return dispatch;
            yield return RmsNorm.Dispatch.Backward(
                rows, GroupSum.GroupSize, dy, x, rstd, arguments.Input<float>(hasWeight ? 3 : 2), arguments.Output<float>(0), columns, hasWeight ? 1 : 0);
        }
    }

    private static (int Rows, int Columns) Split(Shape x, int axes)
    {
        var (rows, columns) = LayerNormalization.Split(x, axes);
        return (checked((int)Math.Max(1, rows.ElementCount)), checked((int)columns.ElementCount));
    }
}
