using ComputeCore.Devices.Cpu;
using ComputeCore.Devices.Reference;

namespace ComputeCore.Operations;

/// <summary>
/// The gradient of <see cref="CrossEntropy"/> with respect to the logits, from that of the loss, the logits, the targets and any
/// weights. With q the weighted target distribution of a sample it is (softmax(logits) Σ q − q) times the loss's gradient.
/// </summary>
/// <inheritdoc/>
public sealed record CrossEntropyGradient(LossReduction Reduction, long IgnoreIndex, double LabelSmoothing, bool HasWeights)
    : CrossEntropyOperation(Reduction, IgnoreIndex, LabelSmoothing, HasWeights), ISampled, ICpuOperation
{
    /// <inheritdoc/>
    public static IEnumerable<Sample> Samples =>
        from sample in CrossEntropy.Samples
        let forward = (CrossEntropy)sample.Operation
        let loss = forward.Infer([.. sample.Inputs.Select(input => input.Type)])[0]
        select new Sample(
            new CrossEntropyGradient(forward.Reduction, forward.IgnoreIndex, forward.LabelSmoothing, forward.HasWeights),
            [Draw.Normal(loss.Shape), .. sample.Inputs]);

    /// <inheritdoc/>
    public override IReadOnlyList<TensorType> Infer(IReadOnlyList<TensorType> inputs)
    {
        var loss = LossType(inputs, 1);
        if (inputs[0] != loss)
            throw Mismatch(inputs, $"the loss's gradient must be {loss}, but is {inputs[0]}");
        return [inputs[1]];
    }

    internal override void Evaluate(ReferenceArguments arguments)
    {
        var (dloss, logits, targets, dlogits) = (arguments.Inputs[0], arguments.Inputs[1], arguments.Inputs[2], arguments.Y);
        var weights = Weights(arguments, logits.Shape[1]);
        var divisor = Divisor(targets, weights);
        var sample = 0;
        foreach (var line in AxisLines.Of(logits.Shape, 1))
        {
            var scale = dloss.Values[Reduction == LossReduction.None ? sample : 0] / divisor;
            var distribution = Distribution(targets.Values[sample++], weights);
            var sum = distribution?.Sum() ?? 0;
            var logSumExp = AxisLines.LogSumExp(logits, line);
            foreach (var (i, c) in line.Select((i, c) => (i, c)))
                dlogits.Values[i] = distribution is null ? 0 : scale * (Math.Exp(logits.Values[i] - logSumExp) * sum - distribution[c]);
        }
    }

    unsafe CpuKernel ICpuOperation.Lower(CpuLowering lowering)
    {
        var (samples, classes, inner) = AxisLines.Cut(lowering.Inputs[1].Shape, 1);
        return new CpuKernel(arguments =>
        {
            var problem = Problem(arguments, 1, samples, classes, inner);
            CheckTargets(problem, Kernels.Cpu.Softmax.CrossEntropy.Backward(arguments.Pool, problem, arguments.Input<float>(0), arguments.Output<float>(0), arguments.Workspace));
        })
        {
            WorkspaceBytes = WorkspaceBytes(lowering.Inputs[1].Shape),
        };
    }

    internal override bool MayOverwrite(int output, int input) => input == 1;

    internal override double Flops(IReadOnlyList<TensorType> inputs, IReadOnlyList<TensorType> outputs) => 5.0 * outputs[0].Shape.ElementCount;
}
