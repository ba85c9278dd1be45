namespace ComputeCore.Text.Tests;

/// <summary>Byte-pair merging as it is defined: all pairs are counted anew for each merge.</summary>
internal static class SlowTrainer
{
    /// <summary>The vocabulary after the merges, by id.</summary>
    public static List<string> Train(List<string> tokens, string prefix, IEnumerable<List<string>> words, int size)
    {
        var all = words.ToList();
        while (tokens.Count < size)
        {
            var counts = new Dictionary<(string Left, string Right), int>();
            foreach (var word in all)
            {
                foreach (var pair in word.Zip(word.Skip(1)))
                    counts[pair] = counts.GetValueOrDefault(pair) + 1;
            }

            var best = counts.Where(entry => entry.Value > 1)
                .OrderByDescending(entry => entry.Value).ThenBy(entry => tokens.IndexOf(entry.Key.Left)).ThenBy(entry => tokens.IndexOf(entry.Key.Right))
                .FirstOrDefault();
            if (best.Value == 0)
                break;
            var merged = best.Key.Left + best.Key.Right[prefix.Length..];
            if (!tokens.Contains(merged))
                tokens.Add(merged);
            foreach (var word in all)
            {
                for (var i = 0; i + 1 < word.Count; i++)
                {
                    if ((word[i], word[i + 1]) == best.Key)
                    {
                        word[i] = merged;
                        word.RemoveAt(i + 1);
                    }
                }
            }
        }

        return tokens;
    }
}

/// <summary>Texts with much repetition, and some of everything.</summary>
internal static class RandomTexts
{
    private static readonly string[] Parts = [" the", "the", "aa", "a", "ab", "ba", " ", "\n", "\n\n", "\t ", "1", "23", "'s", "'ll", "é", "世", "界", "世界", ", ", "!", "ing ", "…", "\r\n", "\u00a0"];

    public static string Of(Random random, int parts) => string.Concat(Enumerable.Range(0, random.Next(1, parts)).Select(_ => Parts[random.Next(Parts.Length)]));

    public static string Word(Random random) => string.Concat(Enumerable.Range(0, random.Next(1, 9)).Select(_ => "abcde"[random.Next(5)]));
}
