namespace ComputeCore.Models;

/// <summary>
/// Writes on where prompts end. A text that outgrows the model's context is continued from its last half, which is read anew.
/// </summary>
public static class TextGenerator
{
    /// <summary>Continues prompts together. Each gets the same text as if it were alone, as long as the longest fits into the model's context.</summary>
    /// <param name="decoder">The model, for as many sequences as there are prompts.</param>
    /// <param name="prompts">Tokens, at most the model's context.</param>
    /// <param name="maximumTokens">How many tokens are made of each at most.</param>
    /// <param name="options">How tokens are chosen.</param>
    /// <param name="onToken">Is told of each token of each sequence, and says whether the sequence goes on.</param>
    /// <param name="cancellation">Ends the text after the current token.</param>
    /// <exception cref="ArgumentException">A prompt is empty, too long, or has a token that the vocabulary lacks.</exception>
    public static void Generate(
        IncrementalDecoder decoder, IReadOnlyList<int[]> prompts, int maximumTokens, SamplingOptions options, Func<int, int, bool> onToken, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(decoder);
        ArgumentNullException.ThrowIfNull(prompts);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(onToken);
        using var random = new RandomGenerator(options.Seed);
        // One number for each place in the text, whatever sequences there are beside it.
        var numbers = random.Uniform([maximumTokens], 0, 1).AsSpan<float>().ToArray();
        var sampler = new TokenSampler(options, decoder.VocabularySize);
        int[][] texts = [.. prompts.Select(prompt => (int[])[.. prompt, .. new int[maximumTokens]])];
        int[] lengths = [.. prompts.Select(prompt => prompt.Length)];
        var isDone = new bool[prompts.Count];
        var next = new int[prompts.Count];

        decoder.Begin([.. prompts.Select(prompt => (ReadOnlyMemory<int>)prompt)]);
        for (var made = 0; made < maximumTokens && !cancellation.IsCancellationRequested; made++)
        {
            for (var i = 0; i < prompts.Count; i++)
            {
                next[i] = sampler.Next(decoder.Logits(i), texts[i].AsSpan(0, lengths[i]), numbers[made]);
                texts[i][lengths[i]++] = next[i];
                isDone[i] = isDone[i] || !onToken(i, next[i]);
            }

            if (Array.TrueForAll(isDone, done => done) || made == maximumTokens - 1)
                return;
            if (decoder.Length < decoder.Capacity)
                decoder.Step(next);
            else
                decoder.Begin([.. texts.Select((text, i) => Last(text, lengths[i], Math.Max(1, decoder.Capacity / 2)))]);
        }
    }

    private static ReadOnlyMemory<int> Last(int[] text, int length, int count) => text.AsMemory(Math.Max(0, length - count), Math.Min(length, count));
}
