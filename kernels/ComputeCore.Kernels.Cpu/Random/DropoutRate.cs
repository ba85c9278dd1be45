namespace ComputeCore.Kernels.Cpu.RandomNumbers;

/// <summary>
/// What dropout does with the random words of a stream, the same on every device. Element i belongs to half-word i, the lower half of
/// a word first; it is zero where that number of sixteen bits is below <see cref="Dropped"/>, and <see cref="Scale"/> elsewhere, so that
/// the mean stays to a rounding. A rate is thus rounded to a multiple of 2^-16; FlashAttention's dropout makes do with eight bits (T. Dao,
/// "FlashAttention-2: Faster Attention with Better Parallelism and Work Partitioning", 2023, in its implementation).
/// </summary>
internal readonly struct DropoutRate
{
    /// <summary>Numbers that a half-word can be.</summary>
    public const int Numbers = 1 << 16;

    /// <summary>The rule for a probability of zero from 0 to 1. Only 1 itself drops everything.</summary>
    public DropoutRate(float rate)
    {
        Dropped = rate < 1 ? Math.Min((int)MathF.Round(rate * Numbers), Numbers - 1) : Numbers;
        Scale = Dropped < Numbers ? (float)(Numbers / (double)(Numbers - Dropped)) : 0;
    }

    /// <summary>How many of the <see cref="Numbers"/> drop an element: 0 to <see cref="Numbers"/>.</summary>
    public int Dropped { get; }

    /// <summary>What the elements kept are multiplied by.</summary>
    public float Scale { get; }

    /// <summary>What an element is multiplied by: the reference of the vector version.</summary>
    public float Factor(PhiloxStream stream, long element)
    {
        var (w0, w1, w2, w3) = Philox.Block(stream, (ulong)element / 8);
        var word = (element / 2 % 4) switch { 0 => w0, 1 => w1, 2 => w2, _ => w3 };
        return (ushort)(element % 2 == 0 ? word : word >> 16) < Dropped ? 0 : Scale;
    }
}
