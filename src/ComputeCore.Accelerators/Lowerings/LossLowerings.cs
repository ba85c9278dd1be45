using ComputeCore.Kernels;
using ComputeCore.Kernels.Reduction;
using ComputeCore.Kernels.Softmax;
using ComputeCore.Operations;

namespace ComputeCore.Accelerators.Lowerings;

/// <summary>Cross-entropy and its gradient.</summary>
internal static class LossLowerings
{
    public static void AddTo(LoweringTable table)
    {
        table.Add<CrossEntropy>(Lower);
        table.Add<CrossEntropyGradient>(LowerGradient);
    }

    private static AcceleratorKernel Lower(CrossEntropy operation, LoweringContext context)
    {
        var (outer, classes, inner) = AxisLines.Cut(context.Inputs[0].Shape, 1);
        var launch = new LineLaunch(outer, classes, inner);
        var options = Options(operation);
        var scratch = new Scratch();
        var losses = scratch.Take<float>(Math.Max(1, launch.Lines));
        var sum = scratch.Take<float>(1);
        var total = new TotalWeight(operation, launch.Lines, classes, scratch);
        return new AcceleratorKernel(arguments =>
        {
            var (logits, targets, y) = (arguments.Input<float>(0), arguments.Input<long>(1), arguments.Output<float>(0));
            var weights = operation.HasWeights ? arguments.Input<float>(2) : logits;
            var isSingle = operation.Reduction == LossReduction.None;
            var perSample = isSingle ? y : losses.View(arguments);
            var forward = CrossEntropyKernels.Dispatch.Losses(
                launch.Grid, LineLaunch.GroupSize, logits, targets, weights, perSample, options, classes, inner, launch.Lines, launch.Width);
            return operation.Reduction switch
            {
                LossReduction.None => [forward],
                LossReduction.Sum => [forward, .. total.Sum(arguments, perSample, y)],
                _ =>
                [
                    forward,
                    .. total.Sum(arguments, perSample, sum.View(arguments)),
                    .. total.Compute(arguments, targets, weights),
                    CrossEntropyKernels.Dispatch.Quotient(1, 1, sum.View(arguments), total.View(arguments), y),
                ],
            };
        })
        {
            WorkspaceBytes = scratch.Bytes,
        };
    }

    private static AcceleratorKernel LowerGradient(CrossEntropyGradient operation, LoweringContext context)
    {
        var (outer, classes, inner) = AxisLines.Cut(context.Inputs[1].Shape, 1);
        var launch = new LineLaunch(outer, classes, inner);
        var options = Options(operation);
        var scratch = new Scratch();
        var total = new TotalWeight(operation, launch.Lines, classes, scratch);
        var sumOfWeights = scratch.Take<float>(1);
        var ofWeights = ReductionShape.Rows(1, classes);
        var partial = scratch.Take<float>(ReductionLaunches.WorkspaceElements(ofWeights));
        return new AcceleratorKernel(arguments =>
        {
            var (logits, targets) = (arguments.Input<float>(1), arguments.Input<long>(2));
            var weights = operation.HasWeights ? arguments.Input<float>(3) : logits;
            var isMean = operation.Reduction == LossReduction.Mean;
            var isPerSample = operation.Reduction == LossReduction.None;
            var gradient = CrossEntropyKernels.Dispatch.Gradient(
                launch.Grid,
                LineLaunch.GroupSize,
                arguments.Input<float>(0),
                isMean ? total.View(arguments) : arguments.Table(1f),
                logits,
                targets,
                weights,
                operation.HasWeights ? sumOfWeights.View(arguments) : arguments.Table((float)classes),
                arguments.Output<float>(0),
                options,
                isPerSample ? 1 : 0,
                classes,
                inner,
                launch.Lines,
                launch.Width);
            return
            [
                .. isMean ? total.Compute(arguments, targets, weights) : [],
                .. operation.HasWeights
                    ? ReductionLaunches.Reduce<float, FloatSum, FloatSum>(weights, weights.Slice(0, 1), sumOfWeights.View(arguments), ofWeights, 1, () => partial.View(arguments))
                    : [],
                gradient,
            ];
        })
        {
            WorkspaceBytes = scratch.Bytes,
        };
    }

    private static CrossEntropyOptions Options(CrossEntropyOperation operation) => new()
    {
        IgnoreIndex = operation.IgnoreIndex,
        LabelSmoothing = (float)operation.LabelSmoothing,
        HasWeights = operation.HasWeights ? 1 : 0,
    };

    /// <summary>Sums over the samples: of their losses, and of their weights, which the mean is divided by.</summary>
    private sealed class TotalWeight(CrossEntropyOperation operation, int samples, int classes, Scratch scratch)
    {
        private readonly ReductionShape shape = ReductionShape.Rows(1, samples);
        private readonly ScratchPart<float> weights = scratch.Take<float>(Math.Max(1, samples));
        private readonly ScratchPart<float> partial = scratch.Take<float>(ReductionLaunches.WorkspaceElements(ReductionShape.Rows(1, samples)));
        private readonly ScratchPart<float> total = scratch.Take<float>(1);

        public DeviceView<float> View(AcceleratorArguments arguments) => total.View(arguments);

        public IEnumerable<KernelDispatch> Sum(AcceleratorArguments arguments, DeviceView<float> values, DeviceView<float> sum) =>
            ReductionLaunches.Reduce<float, FloatSum, FloatSum>(values, values.Slice(0, 1), sum, shape, 1, () => partial.View(arguments));

        public IEnumerable<KernelDispatch> Compute(AcceleratorArguments arguments, DeviceView<long> targets, DeviceView<float> classWeights) =>
        [
            CrossEntropyKernels.Dispatch.TargetWeights(
                FlatIndex.GridFor(samples), FlatIndex.GroupSize, targets, classWeights, weights.View(arguments), Options(operation), classes, samples),
            .. Sum(arguments, weights.View(arguments), View(arguments)),
        ];
    }
}
