namespace ComputeCore;

public sealed partial class Tensor
{
    /// <summary>
    /// −log p[target] for each sample, weighted and reduced, where this tensor holds the log-probabilities [N, C, ...] of the
    /// classes. From logits, <see cref="CrossEntropy"/> is one step.
    /// </summary>
    /// <param name="targets">The right classes, i64 [N, ...]. One that is out of range is an error when the function runs; accelerators, which can't raise one, give NaN for its loss.</param>
    /// <param name="weights">A weight for each class, [C]; ones by default.</param>
    /// <param name="reduction">What becomes of the samples' losses; the mean is over the sum of their weights.</param>
    /// <param name="ignoreIndex">Samples of this class have no loss and do not count.</param>
    /// <exception cref="ShapeException">The targets' or weights' shape does not match.</exception>
    public Tensor NegativeLogLikelihood(Tensor targets, Tensor? weights = null, LossReduction reduction = LossReduction.Mean, long ignoreIndex = -100)
    {
        if (Rank < 2 || targets.Shape != Shape.Create([Shape[0], .. Shape.AsSpan()[2..]]) || (weights is not null && weights.Shape != [Shape[1]]))
            throw new ShapeException($"The negative log-likelihood of {Type} and {targets.Type}{(weights is null ? "" : $" with weights {weights.Type}")}: log-probabilities [N, C, ...] take targets [N, ...] and weights [C].");
        var counted = targets.NotEqualTo(Scalar(ignoreIndex, targets.ElementType));
        var classes = counted.Where(targets, Scalar(0, targets.ElementType));
        var weight = counted.Where((weights ?? Full([Shape[1]], 1, ElementType)).Gather(0, classes.Reshape(-1)).Reshape(targets.Shape), ScalarLike(0));
        var losses = -weight * Gather(1, classes.Reshape(Shape.With(1, 1))).Reshape(targets.Shape);
        return reduction switch
        {
            LossReduction.Mean => losses.Sum() / weight.Sum(),
            LossReduction.Sum => losses.Sum(),
            _ => losses,
        };
    }
}
