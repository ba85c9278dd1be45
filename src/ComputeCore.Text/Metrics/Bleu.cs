namespace ComputeCore.Text;

/// <summary>
/// BLEU of a whole corpus (Papineni et al., 2002) as sacreBLEU computes it by default (Post, A Call for Clarity in Reporting BLEU
/// Scores, 2018): words cut by a named rule, n-grams up to four, the closest reference's length, exponential smoothing.
/// </summary>
/// <param name="Score">From 0 to 100.</param>
/// <param name="Precisions">Of n-grams of length 1 to 4, from 0 to 100, smoothed.</param>
/// <param name="BrevityPenalty">From 0 to 1.</param>
/// <param name="HypothesisLength">Words of the translations.</param>
/// <param name="ReferenceLength">Words of the closest references.</param>
/// <param name="Signature">What sacreBLEU prints to say how the score came about, with ComputeCore's own version.</param>
public sealed record Bleu(double Score, IReadOnlyList<double> Precisions, double BrevityPenalty, long HypothesisLength, long ReferenceLength, string Signature)
{
    private const int Order = 4;

    /// <summary>The score of translations.</summary>
    /// <param name="hypotheses">The translations.</param>
    /// <param name="references">For each translation one or more right ones, as many for each.</param>
    /// <param name="tokenization">How words are cut.</param>
    /// <exception cref="ArgumentException">There is no translation, or the references do not go with them.</exception>
    public static Bleu Of(IReadOnlyList<string> hypotheses, IReadOnlyList<IReadOnlyList<string>> references, BleuTokenization tokenization)
    {
        ArgumentNullException.ThrowIfNull(hypotheses);
        ArgumentNullException.ThrowIfNull(references);
        if (hypotheses.Count == 0 || references.Count != hypotheses.Count || references.Any(list => list.Count == 0 || list.Count != references[0].Count))
            throw new ArgumentException($"BLEU takes as many references for each translation; there are {hypotheses.Count} translations and references for {references.Count}.", nameof(references));
        var (correct, total) = (new long[Order], new long[Order]);
        var (hypothesisLength, referenceLength) = (0L, 0L);
        for (var i = 0; i < hypotheses.Count; i++)
        {
            var words = BleuWords.Of(hypotheses[i], tokenization);
            string[][] right = [.. references[i].Select(reference => BleuWords.Of(reference, tokenization))];
            hypothesisLength += words.Length;
            referenceLength += right.Select(reference => reference.Length).OrderBy(length => Math.Abs(length - words.Length)).ThenBy(length => length).First();
            for (var n = 1; n <= Order; n++)
            {
                var allowed = new Dictionary<string, int>();
                foreach (var reference in right)
                    foreach (var (ngram, count) in Count(reference, n))
                        allowed[ngram] = Math.Max(count, allowed.GetValueOrDefault(ngram));
                foreach (var (ngram, count) in Count(words, n))
                {
                    correct[n - 1] += Math.Min(count, allowed.GetValueOrDefault(ngram));
                    total[n - 1] += count;
                }
            }
        }

        var precisions = Precision(correct, total);
        var brevity = hypothesisLength >= referenceLength ? 1 : hypothesisLength == 0 ? 0 : Math.Exp(1 - referenceLength / (double)hypothesisLength);
        var score = precisions.Contains(0) ? 0 : brevity * Math.Exp(precisions.Sum(Math.Log) / Order);
        var signature = $"nrefs:{references[0].Count}|case:mixed|eff:no|tok:{(tokenization == BleuTokenization.Chinese ? "zh" : "13a")}|smooth:exp|version:ComputeCore-{typeof(Bleu).Assembly.GetName().Version!.ToString(3)}";
        return new Bleu(score, precisions, brevity, hypothesisLength, referenceLength, signature);
    }

    // Chen and Cherry, 2014, method 3: each further precision of nothing counts half as much as the one before.
    private static double[] Precision(long[] correct, long[] total)
    {
        var precisions = new double[Order];
        if (correct.All(count => count == 0))
            return precisions;
        var share = 1.0;
        for (var n = 0; n < Order && total[n] > 0; n++)
            precisions[n] = 100 * (correct[n] > 0 ? correct[n] : share /= 2) / total[n];
        return precisions;
    }

    private static Dictionary<string, int> Count(string[] words, int n)
    {
        var counts = new Dictionary<string, int>();
        for (var i = 0; i + n <= words.Length; i++)
        {
            var ngram = string.Join(' ', words, i, n);
            counts[ngram] = counts.GetValueOrDefault(ngram) + 1;
        }

        return counts;
    }
}
