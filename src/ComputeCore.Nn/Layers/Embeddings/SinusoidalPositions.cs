namespace ComputeCore.Nn;

/// <summary>
/// Fixed vectors for positions: sines in the even elements and cosines in the odd ones, of wavelengths from 2π to 10,000 · 2π
/// (Vaswani et al., Attention Is All You Need, 2017, section 3.5).
/// </summary>
/// <param name="length">How many positions there are.</param>
/// <param name="width">The vectors' length.</param>
public sealed class SinusoidalPositions(int length, int width)
{
    private readonly TensorData table = Positions.Table(length, width, (position, i) =>
    {
        var angle = position / Math.Pow(10_000, i / 2 * 2.0 / width);
        return i % 2 == 0 ? Math.Sin(angle) : Math.Cos(angle);
    });

    /// <summary>The vectors of T tokens' positions: [T, width], or [B, T, width] if there are spans.</summary>
    /// <param name="count">T.</param>
    /// <param name="spans">As <see cref="AttentionHeads"/> takes them; positions count from the first key seen.</param>
    /// <exception cref="ShapeException">There are more tokens than positions.</exception>
    public Tensor Forward(int count, Tensor? spans = null) => Positions.Rows(Tensor.Constant(table), count, spans);
}
