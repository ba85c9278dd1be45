namespace ComputeCore;

public sealed partial class Tensor
{
    /// <summary>
    /// −log p[target] for each sample, reduced, where this tensor holds the log-probabilities [N, C, ...] of the classes. From
    /// logits, <see cref="CrossEntropy"/> is one step.
    /// </summary>
    /// <param name="targets">The right classes, i64 [N, ...]. One that is out of range is an error when the function runs.</param>
    /// <param name="reduction">What becomes of the samples' losses.</param>
    /// <exception cref="ShapeException">The targets' shape does not match.</exception>
    public Tensor NegativeLogLikelihood(Tensor targets, LossReduction reduction = LossReduction.Mean)
    {
        if (Rank < 2 || targets.Shape != Shape.Create([Shape[0], .. Shape.AsSpan()[2..]]))
            throw new ShapeException($"The negative log-likelihood of {Type} and {targets.Type}: log-probabilities [N, C, ...] take targets [N, ...].");
        var picked = Gather(1, targets.Reshape(Shape.With(1, 1)));
        return (-picked).Reshape(targets.Shape).Reduce(reduction);
    }
}
