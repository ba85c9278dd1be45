namespace ComputeCore.Models;

/// <summary>The sizes of a Llama.</summary>
/// <param name="Layers">Blocks.</param>
/// <param name="Width">Features of a token.</param>
/// <param name="Heads">Query heads.</param>
/// <param name="KeyHeads">Heads of keys and values, each shared by neighbouring query heads.</param>
/// <param name="Hidden">Features inside of the feed-forward layers.</param>
/// <param name="VocabularySize">Tokens of the vocabulary.</param>
/// <param name="ContextLength">The longest sequence, in tokens.</param>
public sealed record LlamaConfiguration(int Layers, int Width, int Heads, int KeyHeads, int Hidden, int VocabularySize, int ContextLength)
{
#pragma warning disable CA1707 // The underscores stand in the published names.
    /// <summary>6,738,415,616 parameters (Touvron et al., Llama 2, 2023).</summary>
    public static LlamaConfiguration Llama2_7B { get; } = new(32, 4096, 32, 32, 11008, 32000, 4096);

    /// <summary>13,015,864,320 parameters.</summary>
    public static LlamaConfiguration Llama2_13B { get; } = new(40, 5120, 40, 40, 13824, 32000, 4096);

    /// <summary>68,976,648,192 parameters.</summary>
    public static LlamaConfiguration Llama2_70B { get; } = new(80, 8192, 64, 8, 28672, 32000, 4096);

    /// <summary>8,030,261,248 parameters (The Llama 3 Herd of Models, 2024).</summary>
    public static LlamaConfiguration Llama3_8B { get; } = new(32, 4096, 32, 8, 14336, 128256, 8192) { RotaryBase = 500_000 };

    /// <summary>1,100,048,384 parameters (Zhang et al., TinyLlama, 2024).</summary>
    public static LlamaConfiguration TinyLlama_1_1B { get; } = new(22, 2048, 32, 4, 5632, 32000, 2048);

    /// <summary>134,515,008 parameters (Hugging Face, SmolLM, 2024).</summary>
    public static LlamaConfiguration SmolLM_135M { get; } = new(30, 576, 9, 3, 1536, 49152, 2048) { HasTiedOutput = true };
#pragma warning restore CA1707

    /// <summary>The base of the rotary positions' frequencies.</summary>
    public double RotaryBase { get; init; } = 10_000;

    /// <summary>Added to the mean square in normalizations.</summary>
    public double Epsilon { get; init; } = 1e-5;

    /// <summary>Whether the output weights are the embedding.</summary>
    public bool HasTiedOutput { get; init; }
}
