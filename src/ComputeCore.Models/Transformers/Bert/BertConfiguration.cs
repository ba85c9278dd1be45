namespace ComputeCore.Models;

/// <summary>The sizes of a BERT.</summary>
/// <param name="Layers">Layers of the encoder.</param>
/// <param name="Width">Features of a token.</param>
/// <param name="Heads">Attention heads.</param>
public sealed record BertConfiguration(int Layers, int Width, int Heads)
{
    /// <summary>109,482,240 parameters without the heads for pretraining, with the vocabulary of the uncased model.</summary>
    public static BertConfiguration Base { get; } = new(12, 768, 12);

    /// <summary>335,141,888 parameters without the heads for pretraining, with the vocabulary of the uncased model.</summary>
    public static BertConfiguration Large { get; } = new(24, 1024, 16);

    /// <summary>Tokens of the vocabulary; the one with index 0 is the padding.</summary>
    public int VocabularySize { get; init; } = 30522;

    /// <summary>The longest sequence, in tokens.</summary>
    public int ContextLength { get; init; } = 512;

    /// <summary>Kinds of segments: the first sentence and the second.</summary>
    public int Segments { get; init; } = 2;

    /// <summary>The probability with which embeddings, attention weights and the results of sub-layers are dropped in training.</summary>
    public double Dropout { get; init; } = 0.1;

    /// <summary>Added to variances in layer normalizations.</summary>
    public double Epsilon { get; init; } = 1e-12;
}
