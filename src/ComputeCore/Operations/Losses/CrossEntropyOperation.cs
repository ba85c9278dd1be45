using ComputeCore.Devices.Cpu;
using ComputeCore.Devices.Reference;
using CrossEntropyProblem = ComputeCore.Kernels.Cpu.Softmax.CrossEntropyProblem;

namespace ComputeCore.Operations;

/// <summary>
/// Cross-entropy of logits [N, C, ...] and classes [N, ...], or its gradient. With class weights w (ones if there are none),
/// label smoothing ε and log p = logSoftmax(logits), the loss of a sample of class t is
/// −(1 − ε) w[t] log p[t] − ε/C Σ w[c] log p[c]; the mean is over Σ w[t]. As PyTorch's.
/// </summary>
/// <param name="Reduction">What becomes of the samples' losses.</param>
/// <param name="IgnoreIndex">Samples of this class have no loss and do not count.</param>
/// <param name="LabelSmoothing">ε: the share of the target distribution that is spread evenly over all classes, 0 to 1.</param>
/// <param name="HasWeights">Whether the last input is a weight for each class, [C].</param>
public abstract record CrossEntropyOperation(LossReduction Reduction, long IgnoreIndex, double LabelSmoothing, bool HasWeights) : Operation
{
    /// <summary>The loss's type, given that the inputs from <paramref name="first"/> on are logits, targets and any weights.</summary>
    private protected TensorType LossType(IReadOnlyList<TensorType> inputs, int first)
    {
        var count = first + (HasWeights ? 3 : 2);
        ExpectCount(inputs, count, count);
        ExpectFloat(inputs, first);
        var (logits, targets) = (inputs[first], inputs[first + 1]);
        if (LabelSmoothing is not (>= 0 and <= 1))
            throw Mismatch(inputs, $"the label smoothing {LabelSmoothing} is not from 0 to 1");
        if (logits.Shape.Rank < 2 || logits.Shape[1] == 0)
            throw Mismatch(inputs, $"the logits {logits} must be [N, C, ...] with at least one class");
        var samples = Shape.Create([logits.Shape[0], .. logits.Shape.AsSpan()[2..]]);
        if (targets != new TensorType(ElementType.Int64, samples))
            throw Mismatch(inputs, $"for the logits {logits} the targets must be {new TensorType(ElementType.Int64, samples)}, but they are {targets}");
        if (HasWeights && inputs[first + 2] != logits with { Shape = [logits.Shape[1]] })
            throw Mismatch(inputs, $"the class weights must be {logits with { Shape = [logits.Shape[1]] }}, but they are {inputs[first + 2]}");
        return logits with { Shape = Reduction == LossReduction.None ? samples : [] };
    }

    /// <summary>The classes' weights: ones if none are given.</summary>
    private protected double[] Weights(ReferenceArguments arguments, int classes) =>
        HasWeights ? arguments.Inputs[^1].Values.ToArray() : [.. Enumerable.Repeat(1.0, classes)];

    /// <summary>The target distribution of a sample, times the weights: what its −log p are summed with; null for an ignored sample.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The target is no class.</exception>
    private protected double[]? Distribution(double target, double[] weights)
    {
        if ((long)target == IgnoreIndex)
            return null;
        if (target < 0 || target >= weights.Length)
            throw InvalidTarget((long)target, weights.Length);
        return [.. weights.Select((weight, c) => weight * (LabelSmoothing / weights.Length + (c == (int)target ? 1 - LabelSmoothing : 0)))];
    }

    /// <summary>What the samples' losses are divided by.</summary>
    private protected double Divisor(ReferenceTensor targets, double[] weights)
    {
        if (Reduction != LossReduction.Mean)
            return 1;
        var sum = 0.0;
        foreach (var target in targets.Values)
            if (Distribution(target, weights) is not null)
                sum += weights[(int)target];
        return sum;
    }

    /// <summary>Scratch memory of the CPU kernels.</summary>
    private protected static long WorkspaceBytes(Shape logits)
    {
        var (samples, classes, inner) = AxisLines.Cut(logits, 1);
        return Kernels.Cpu.Softmax.CrossEntropy.WorkspaceBytes(samples, classes, inner);
    }

    /// <summary>What the CPU kernels work on, given that the inputs from <paramref name="first"/> on are logits, targets and any weights.</summary>
    private protected unsafe CrossEntropyProblem Problem(CpuArguments arguments, int first, int samples, int classes, int inner) => new()
    {
        Logits = arguments.Input<float>(first),
        Targets = arguments.Input<long>(first + 1),
        ClassWeights = HasWeights ? arguments.Input<float>(first + 2) : null,
        Outer = samples,
        Classes = classes,
        Inner = inner,
        IgnoreIndex = IgnoreIndex,
        LabelSmoothing = (float)LabelSmoothing,
        Reduction = Reduction switch
        {
            LossReduction.Mean => Kernels.Cpu.Softmax.LossReduction.Mean,
            LossReduction.Sum => Kernels.Cpu.Softmax.LossReduction.Sum,
            _ => Kernels.Cpu.Softmax.LossReduction.None,
        },
    };

    /// <summary>Throws if a CPU kernel found a target that is no class.</summary>
    /// <param name="problem">What it worked on.</param>
    /// <param name="position">The place of the first such target, negative if there is none.</param>
    private protected unsafe void CheckTargets(in CrossEntropyProblem problem, long position)
    {
        if (position >= 0)
            throw InvalidTarget(problem.Targets[position], problem.Classes);
    }

    /// <summary>The error about a target that is no class.</summary>
    private protected ArgumentOutOfRangeException InvalidTarget(long target, int classes) =>
        new(null, $"{Name}: the target {target} is out of range; there are {classes} classes, 0 to {classes - 1}, and {IgnoreIndex} is ignored.");
}
