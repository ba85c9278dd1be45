namespace ComputeCore.Nn;

/// <summary>A trained vector for each position. Parameter: <c>weight</c> [length, width].</summary>
public sealed class LearnedPositions : Module
{
    private readonly Variable weight;

    /// <summary>Makes the layer.</summary>
    /// <param name="length">How many positions there are.</param>
    /// <param name="width">The vectors' length.</param>
    /// <param name="random">Where the initial vectors come from.</param>
    /// <param name="initializer">The initial vectors.</param>
    public LearnedPositions(int length, int width, RandomGenerator random, Initializer initializer) =>
        weight = Parameter("weight", initializer([length, width], random));

    /// <summary>The vectors of T tokens' positions: [T, width], or [B, T, width] if there are spans.</summary>
    /// <param name="length">T.</param>
    /// <param name="spans">As <see cref="AttentionHeads"/> takes them; positions count from the first key seen.</param>
    /// <exception cref="ShapeException">There are more tokens than positions.</exception>
    public Tensor Forward(int length, Tensor? spans = null) => Positions.Rows(weight, length, spans);
}
