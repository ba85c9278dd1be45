namespace ComputeCore.Models;

/// <summary>The sizes of a GPT-2.</summary>
/// <param name="Layers">Blocks.</param>
/// <param name="Width">Features of a token.</param>
/// <param name="Heads">Attention heads.</param>
public sealed record Gpt2Configuration(int Layers, int Width, int Heads)
{
    /// <summary>124,439,808 parameters.</summary>
    public static Gpt2Configuration Small { get; } = new(12, 768, 12);

    /// <summary>354,823,168 parameters.</summary>
    public static Gpt2Configuration Medium { get; } = new(24, 1024, 16);

    /// <summary>774,030,080 parameters.</summary>
    public static Gpt2Configuration Large { get; } = new(36, 1280, 20);

    /// <summary>1,557,611,200 parameters.</summary>
    public static Gpt2Configuration XL { get; } = new(48, 1600, 25);

    /// <summary>Tokens of the vocabulary.</summary>
    public int VocabularySize { get; init; } = 50257;

    /// <summary>The longest sequence, in tokens.</summary>
    public int ContextLength { get; init; } = 1024;

    /// <summary>The probability with which embeddings, attention weights and the results of sub-layers are dropped in training.</summary>
    public double Dropout { get; init; } = 0.1;

    /// <summary>Whether the values inside of a block are computed again in the backward pass instead of kept: less memory, more work.</summary>
    public bool RecomputesBlocks { get; init; }
}
