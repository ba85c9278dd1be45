using ComputeCore.Nn;

namespace ComputeCore.Models;

/// <summary>The sizes of an encoder–decoder for translation.</summary>
/// <param name="Layers">Layers of the encoder, and of the decoder.</param>
/// <param name="Width">Features of a token.</param>
/// <param name="Heads">Attention heads.</param>
/// <param name="Hidden">Features inside of the feed-forward layers.</param>
public sealed record TranslationConfiguration(int Layers, int Width, int Heads, int Hidden)
{
    /// <summary>
    /// The paper's base model: 63,082,496 parameters with the 37,000 tokens that English and German share there, of which the
    /// embedding is 18,944,000, the encoder 18,914,304 and the decoder 25,224,192.
    /// </summary>
    public static TranslationConfiguration Base { get; } = new(6, 512, 8, 2048);

    /// <summary>The paper's big model: 214,245,376 parameters with the same vocabulary.</summary>
    public static TranslationConfiguration Big { get; } = new(6, 1024, 16, 4096) { Dropout = 0.3 };

    /// <summary>Tokens of the vocabulary that both languages share.</summary>
    public int VocabularySize { get; init; } = 37_000;

    /// <summary>The longest sentence, in tokens.</summary>
    public int ContextLength { get; init; } = 1024;

    /// <summary>The probability with which embeddings, attention weights, hidden features and the results of sub-layers are dropped in training.</summary>
    public double Dropout { get; init; } = 0.1;

    /// <summary>
    /// Whether encoder and decoder end with a normalization of their own, as PyTorch's <c>nn.Transformer</c> does; the paper's
    /// post-norm layers need none.
    /// </summary>
    public bool HasFinalNorm { get; init; }

    internal TransformerOptions Options => new(Width, Heads, Hidden) { Dropout = Dropout };
}
