using ComputeCore.Cli.Recipes;
using ComputeCore.Devices;
using ComputeCore.Models;
using ComputeCore.Text;

namespace ComputeCore.Cli.Runs;

/// <summary>Translates sentences by beam search.</summary>
internal sealed class Translator(Device device, TranslationTransformer model, Tokenizer tokenizer, int beams, double lengthPenalty) : IDisposable
{
    private readonly TranslationDecoder decoder = new(device, model, beams);
    private readonly int end = tokenizer.SpecialTokens[TranslationRecipe.SpecialTokens[2]];

    /// <summary>The token that translations begin with.</summary>
    public int Begin { get; } = tokenizer.SpecialTokens[TranslationRecipe.SpecialTokens[1]];

    /// <summary>A sentence as the encoder reads it, with its end.</summary>
    /// <param name="sentence">The text.</param>
    /// <param name="name">What a message calls it.</param>
    /// <exception cref="ArgumentException">The sentence is longer than the model's context.</exception>
    public int[] Source(string sentence, string name = "The sentence")
    {
        int[] source = [.. tokenizer.Encode(sentence), end];
        return source.Length <= decoder.Capacity
            ? source
            : throw new ArgumentException($"{name} has {source.Length} tokens with its end, more than the model's context of {decoder.Capacity}; cut it into shorter ones.");
    }

    /// <exception cref="ArgumentException">The sentence is longer than the model's context.</exception>
    public string Translate(string sentence) => Text(Translate(Source(sentence)));

    /// <summary>What a translation's tokens say.</summary>
    public string Text(int[] translation) => tokenizer.Decode(translation);

    /// <summary>The translation's tokens, without those that begin and end it.</summary>
    public int[] Translate(int[] source)
    {
        decoder.Read(source);
        // No translation is longer than twice its source and a little, unless the model has run into a circle.
        return BeamSearch.Run(decoder, [Begin], end, Math.Min(decoder.Capacity, 2 * source.Length + 10), lengthPenalty)[0].Tokens;
    }

    public void Dispose() => decoder.Dispose();
}
