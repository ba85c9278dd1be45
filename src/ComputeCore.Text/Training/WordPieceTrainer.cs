using System.Text;

namespace ComputeCore.Text;

/// <summary>Trains WordPiece vocabularies.</summary>
public static class WordPieceTrainer
{
    private const string Prefix = "##";
    private const string Unknown = "[UNK]";

    /// <summary>BERT's special tokens, in the order of their ids.</summary>
    public static IReadOnlyList<string> SpecialTokens { get; } = ["[PAD]", Unknown, "[CLS]", "[SEP]", "[MASK]"];

    /// <summary>
    /// Learns a vocabulary for text in lower case without accents, as BERT's uncased models have it. Tokens are merged by the
    /// frequency of their pairs, as Hugging Face's trainer does it, not by the likelihood of Schuster and Nakajima (2012): of
    /// pairs that occur equally often the one with the lowest ids. The ids are those of <see cref="SpecialTokens"/>, the
    /// characters in ordinal order, first as a word's start, then with <c>##</c>, and the merges.
    /// </summary>
    /// <param name="texts">UTF-8.</param>
    /// <param name="vocabularySize">
    /// Tokens wanted; fewer come if no more pairs occur twice. The rarest characters are left out where they would fill more than
    /// half of it; words with them are <c>[UNK]</c>.
    /// </param>
    /// <param name="progress">Told of the steps, from several threads.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <exception cref="ArgumentOutOfRangeException">The vocabulary has no room for the special tokens and some characters.</exception>
    public static WordPieceTokenizer Train(
        IEnumerable<ReadOnlyMemory<byte>> texts, int vocabularySize, IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(texts);
        var smallest = 4 * SpecialTokens.Count;
        if (vocabularySize < smallest)
            throw new ArgumentOutOfRangeException(nameof(vocabularySize), $"A WordPiece vocabulary has at least {smallest} tokens, not {vocabularySize}.");
        var form = new BertText(IsLowerCase: true, StripsAccents: true, SplitsChinese: true, IsCleaned: true);
        var counted = WordCounter.Count(texts, (text, counts) =>
        {
            while (!text.IsEmpty)
            {
                var length = text.IndexOf((byte)'\n') is >= 0 and var lineFeed ? lineFeed + 1 : text.Length;
                var line = form.Normalize(text[..length]);
                for (var index = 0; BertText.NextWord(line, ref index) is { IsEmpty: false } word;)
                    counts[word]++;
                text = text[length..];
            }
        }, progress, cancellationToken);

        var words = counted.Select(word => (Word: Spelled(Encoding.UTF8.GetString(word.Word.Span)), word.Count)).ToList();
        var alphabet = Alphabet(words, vocabularySize / 2);
        List<string> tokens = [.. SpecialTokens, .. alphabet];
        var ids = alphabet.Select((character, index) => (character, Id: index + SpecialTokens.Count)).ToDictionary(entry => entry.character, entry => entry.Id);
        var learner = new MergeLearner(tokens, Prefix, [.. words
            .Where(word => word.Word.All(ids.ContainsKey))
            .Select(word => ((int[])[.. word.Word.Select(character => ids[character])], word.Count))]);
        learner.Run(vocabularySize, progress, cancellationToken);
        return new WordPieceTokenizer(new WordPieceVocabulary(tokens, Prefix, Unknown, LongestWord: 100, form,
            [.. SpecialTokens.Select((token, id) => new AddedToken(token, id, IsSpecial: true))]));
    }

    /// <summary>A word's characters, those after the first with the prefix.</summary>
    private static string[] Spelled(string word) => [.. word.EnumerateRunes().Select((rune, index) => index == 0 ? rune.ToString() : Prefix + rune)];

    private static List<string> Alphabet(List<(string[] Word, long Count)> words, int most)
    {
        var counts = new Dictionary<string, long>();
        foreach (var (word, count) in words)
        {
            foreach (var character in word)
                counts[character] = counts.GetValueOrDefault(character) + count;
        }

        return [.. counts
            .OrderByDescending(entry => entry.Value).ThenBy(entry => entry.Key, StringComparer.Ordinal)
            .Take(most)
            .Select(entry => entry.Key)
            .OrderBy(character => character.Length > Prefix.Length && character.StartsWith(Prefix, StringComparison.Ordinal))
            .ThenBy(character => character, StringComparer.Ordinal)];
    }
}
