namespace ComputeCore;

public sealed partial class Tensor
{
    /// <summary>(x − target)², reduced: the loss of regression.</summary>
    /// <param name="targets">What this tensor should be; of its shape.</param>
    /// <param name="reduction">What becomes of the elements' losses.</param>
    /// <exception cref="ShapeException">The shapes differ. They do not broadcast here, because that is mostly a mistake.</exception>
    public Tensor MeanSquaredError(Tensor targets, LossReduction reduction = LossReduction.Mean)
    {
        if (targets.Shape != Shape)
            throw new ShapeException($"The mean squared error of {Type} and {targets.Type}: both must have one shape.");
        var squares = (this - targets).Square();
        return reduction switch
        {
            LossReduction.Mean => squares.Mean(),
            LossReduction.Sum => squares.Sum(),
            _ => squares,
        };
    }
}
