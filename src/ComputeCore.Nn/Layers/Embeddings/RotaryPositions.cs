namespace ComputeCore.Nn;

/// <summary>
/// Rotary positions (Su et al., RoFormer, 2021): pair i of a query or key at position p is rotated by the angle
/// p · base^(−2i / size), so that the product of a query and a key depends on their distance alone.
/// </summary>
/// <param name="length">How many positions there are.</param>
/// <param name="size">How many of a head's first elements are rotated; even.</param>
/// <param name="frequencyBase">The base of the frequencies.</param>
public sealed class RotaryPositions(int length, int size, double frequencyBase = 10_000)
{
    private readonly TensorData cosines = Positions.Table(length, size / 2, (position, i) => Math.Cos(position * Math.Pow(frequencyBase, -2.0 * i / size)));
    private readonly TensorData sines = Positions.Table(length, size / 2, (position, i) => Math.Sin(position * Math.Pow(frequencyBase, -2.0 * i / size)));

    /// <summary>
    /// Whether pair i is (2i, 2i + 1), as in the paper and GPT-J; otherwise it is (i, i + size / 2), as in GPT-NeoX and Llama.
    /// </summary>
    public bool IsInterleaved { get; init; }

    /// <summary>The rotation of T tokens, for all layers of a model.</summary>
    /// <param name="count">T.</param>
    /// <param name="spans">As <see cref="AttentionHeads"/> takes them; positions count from the first key seen.</param>
    /// <exception cref="ShapeException">There are more tokens than positions.</exception>
    public Rotation Forward(int count, Tensor? spans = null) => new(
        Positions.Rows(Tensor.Constant(cosines), count, spans), Positions.Rows(Tensor.Constant(sines), count, spans), IsInterleaved);
}

/// <summary>The angles by which queries and keys are rotated.</summary>
/// <param name="Cosines">[T, size / 2], or [B, T, size / 2] where each sequence has positions of its own.</param>
/// <param name="Sines">Of the same shape.</param>
/// <param name="IsInterleaved">How elements are paired; see <see cref="RotaryPositions.IsInterleaved"/>.</param>
public sealed record Rotation(Tensor Cosines, Tensor Sines, bool IsInterleaved)
{
    /// <summary>Queries or keys [B, T, heads, headSize], rotated.</summary>
    /// <exception cref="ShapeException">The shapes do not match.</exception>
    public Tensor Apply(Tensor x) => x.RotaryEmbedding(Cosines, Sines, IsInterleaved);
}
