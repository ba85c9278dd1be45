using ComputeCore.Cli.Recipes;
using ComputeCore.Devices;
using ComputeCore.Models;
using ComputeCore.Text;

namespace ComputeCore.Cli.Runs;

/// <summary>Translates sentences by beam search.</summary>
internal sealed class Translator(Device device, TranslationTransformer model, Tokenizer tokenizer, int beams, double lengthPenalty) : IDisposable
{
    private readonly TranslationDecoder decoder = new(device, model, beams);
    private readonly int begin = tokenizer.SpecialTokens[TranslationRecipe.SpecialTokens[1]];
    private readonly int end = tokenizer.SpecialTokens[TranslationRecipe.SpecialTokens[2]];

    /// <exception cref="ArgumentException">The sentence is empty or longer than the model's context.</exception>
    public string Translate(string sentence)
    {
        int[] source = [.. tokenizer.Encode(sentence), end];
        if (source.Length > decoder.Capacity)
            throw new ArgumentException($"The sentence of {source.Length} tokens is longer than the model's context of {decoder.Capacity}; cut it into shorter ones.");
        decoder.Read(source);
        // No translation is longer than twice its source and a little, unless the model has run into a circle.
        return tokenizer.Decode(BeamSearch.Run(decoder, [begin], end, Math.Min(decoder.Capacity, 2 * source.Length + 10), lengthPenalty)[0].Tokens);
    }

    public void Dispose() => decoder.Dispose();
}
