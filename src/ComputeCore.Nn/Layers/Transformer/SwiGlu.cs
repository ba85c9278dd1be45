namespace ComputeCore.Nn;

/// <summary>
/// The gated feed-forward layer down(silu(gate(x)) · up(x)) (Shazeer, GLU Variants Improve Transformer, 2020). Linear layers
/// without bias, named as Llama's: <c>gate_proj</c>, <c>up_proj</c>, <c>down_proj</c>.
/// </summary>
public sealed class SwiGlu : Layer
{
    private readonly Linear gate;
    private readonly Linear up;
    private readonly Linear down;

    /// <summary>Makes the layer.</summary>
    /// <param name="width">Features in and out.</param>
    /// <param name="hidden">Features in between.</param>
    /// <param name="random">Where the initial weights come from.</param>
    /// <param name="initializer">The initial weights; PyTorch's default if none is given.</param>
    public SwiGlu(int width, int hidden, RandomGenerator random, Initializer? initializer = null)
    {
        gate = Register("gate_proj", new Linear(width, hidden, random, hasBias: false, initializer));
        up = Register("up_proj", new Linear(width, hidden, random, hasBias: false, initializer));
        down = Register("down_proj", new Linear(hidden, width, random, hasBias: false, initializer));
    }

    /// <inheritdoc/>
    public override Tensor Forward(Tensor input) => down.Forward(gate.Forward(input).Silu() * up.Forward(input));
}
