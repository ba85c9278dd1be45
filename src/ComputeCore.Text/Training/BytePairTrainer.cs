namespace ComputeCore.Text;

/// <summary>Trains byte-level BPE vocabularies.</summary>
public static class BytePairTrainer
{
    /// <summary>Ids before the first merge: the bytes.</summary>
    private const int Bytes = 256;

    /// <summary>
    /// Learns a vocabulary. Words are split as GPT-2 does it; the ids are those of the special tokens, the bytes, and the merges in
    /// the order in which they were learned. The same texts give the same vocabulary, whatever the number of cores; of pairs that
    /// occur equally often the one with the lowest ids (left, then right) is merged.
    /// </summary>
    /// <param name="texts">UTF-8.</param>
    /// <param name="vocabularySize">Tokens wanted, special ones included; fewer come if no more pairs occur twice.</param>
    /// <param name="specialTokens">Tokens that steer a model; they get the first ids.</param>
    /// <param name="progress">Told of the steps, from several threads.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <exception cref="ArgumentOutOfRangeException">The vocabulary has no room for bytes and special tokens.</exception>
    public static BytePairTokenizer Train(
        IEnumerable<ReadOnlyMemory<byte>> texts, int vocabularySize, IReadOnlyList<string> specialTokens, IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(texts);
        ArgumentNullException.ThrowIfNull(specialTokens);
        if (vocabularySize < specialTokens.Count + Bytes)
            throw new ArgumentOutOfRangeException(nameof(vocabularySize), $"A byte-level vocabulary has at least {Bytes + specialTokens.Count} tokens, for {Bytes} bytes and {specialTokens.Count} special tokens, not {vocabularySize}.");
        var pattern = WordPattern.Gpt2;
        var counted = WordCounter.Count(texts, (text, counts) =>
        {
            while (!text.IsEmpty)
            {
                var length = pattern.FirstWord(text);
                counts[text[..length]]++;
                text = text[length..];
            }
        }, progress, cancellationToken);

        var idOfByte = new int[Bytes];
        List<string> tokens = [.. specialTokens];
        foreach (var value in ByteAlphabet.InOrder)
        {
            idOfByte[value] = tokens.Count;
            tokens.Add(ByteAlphabet.CharacterOf(value).ToString());
        }

        var learner = new MergeLearner(tokens, "", [.. counted.Select(word => (Symbols(word.Word.Span, idOfByte), word.Count))]);
        learner.Run(vocabularySize, progress, cancellationToken);
        return new BytePairTokenizer(new BytePairVocabulary(
            [.. tokens.Select((token, id) => id < specialTokens.Count ? null : token)], learner.Merges, pattern, IsComposed: false, PrefersWholeWords: false,
            [.. specialTokens.Select((token, id) => new AddedToken(token, id, IsSpecial: true))]));
    }

    private static int[] Symbols(ReadOnlySpan<byte> word, int[] idOfByte)
    {
        var symbols = new int[word.Length];
        for (var i = 0; i < symbols.Length; i++)
            symbols[i] = idOfByte[word[i]];
        return symbols;
    }
}
