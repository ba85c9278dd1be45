namespace ComputeCore.Nn;

/// <summary>
/// In training, sets each element to 0 with a given probability and scales the others up to keep the mean (Srivastava et al.,
/// 2014); in use, does nothing. The same seed drops the same elements on every device.
/// </summary>
/// <param name="rate">The probability, 0 ≤ rate &lt; 1.</param>
/// <param name="random">Decides which elements.</param>
public sealed class Dropout(double rate, RandomGenerator random) : Layer
{
    /// <inheritdoc/>
    public override Tensor Forward(Tensor input) => Training && rate > 0 ? input.Dropout(rate, random) : input;
}
