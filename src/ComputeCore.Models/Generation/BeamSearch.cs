namespace ComputeCore.Models;

/// <summary>A text that beam search found.</summary>
/// <param name="Tokens">Its tokens, without the one that ends it.</param>
/// <param name="Score">The logarithm of its probability, divided by the length penalty.</param>
public sealed record Hypothesis(int[] Tokens, double Score);

/// <summary>
/// Beam search with the length penalty of Wu et al. (Google's Neural Machine Translation System, 2016, equation 14): the score is
/// log P / ((5 + length) / 6)^alpha. It ends when no unfinished text can become better than the worst one kept.
/// </summary>
public static class BeamSearch
{
    /// <summary>The best texts found, best first; as many as the decoder has sequences, or fewer.</summary>
    /// <param name="decoder">The model, for as many sequences as there are beams; a translation's source has been read.</param>
    /// <param name="prompt">What all texts begin with.</param>
    /// <param name="end">The token that ends a text.</param>
    /// <param name="maximumTokens">How many tokens a text may have at most, its end included.</param>
    /// <param name="lengthPenalty">alpha, at least 0; 0 for none.</param>
    /// <exception cref="ArgumentException">The prompt is empty, too long, or has a token that the vocabulary lacks.</exception>
    public static IReadOnlyList<Hypothesis> Run(IncrementalDecoder decoder, int[] prompt, int end, int maximumTokens, double lengthPenalty)
    {
        ArgumentNullException.ThrowIfNull(decoder);
        ArgumentNullException.ThrowIfNull(prompt);
        var beams = decoder.Batch;
        maximumTokens = Math.Min(maximumTokens, decoder.Capacity - prompt.Length);
        List<Beam> live = [new([], 0, 0)];
        var finished = new List<Hypothesis>();
        var (parents, next) = (new int[beams], new int[beams]);
        decoder.Begin([.. Enumerable.Repeat((ReadOnlyMemory<int>)prompt, beams)]);
        for (var length = 1; length <= maximumTokens; length++)
        {
            // Twice as many as beams: at most one of each beam ends it.
            var candidates = Candidates(decoder, live, 2 * beams);
            live = [];
            foreach (var (beam, token, sum) in candidates)
            {
                if (token == end)
                    finished.Add(new Hypothesis(beam.Tokens, sum / Penalty(length)));
                else if (live.Count < beams)
                    live.Add(new Beam([.. beam.Tokens, token], sum, beam.Row));
            }

            finished = [.. finished.OrderByDescending(hypothesis => hypothesis.Score).Take(beams)];
            if (finished.Count == beams && live[0].Sum / Penalty(maximumTokens) <= finished[^1].Score)
                return finished;
            if (length == maximumTokens)
                break;

            for (var row = 0; row < beams; row++)
            {
                var beam = live[Math.Min(row, live.Count - 1)];
                (parents[row], next[row]) = (beam.Row, beam.Tokens[^1]);
            }

            live = [.. live.Select((beam, row) => beam with { Row = row })];
            decoder.Reorder(parents);
            decoder.Step(next);
        }

        // Texts that did not end stand behind those that did only if their scores do.
        return [.. finished.Concat(live.Select(beam => new Hypothesis(beam.Tokens, beam.Sum / Penalty(maximumTokens)))).OrderByDescending(hypothesis => hypothesis.Score).Take(beams)];

        double Penalty(int length) => Math.Pow((5 + length) / 6.0, lengthPenalty);
    }

    private static List<(Beam Beam, int Token, double Sum)> Candidates(IncrementalDecoder decoder, List<Beam> live, int count)
    {
        // The best so far, worst first.
        var best = new PriorityQueue<(Beam, int, double), double>();
        foreach (var beam in live)
        {
            var logits = decoder.Logits(beam.Row);
            var maximum = float.NegativeInfinity;
            foreach (var logit in logits)
                maximum = Math.Max(maximum, logit);
            var sum = 0.0;
            foreach (var logit in logits)
                sum += Math.Exp(logit - maximum);
            var start = beam.Sum - maximum - Math.Log(sum);
            for (var token = 0; token < logits.Length; token++)
            {
                var score = start + logits[token];
                if (best.Count < count)
                    best.Enqueue((beam, token, score), score);
                else if (score > best.Peek().Item3)
                    best.DequeueEnqueue((beam, token, score), score);
            }
        }

        var sorted = new List<(Beam, int, double)>();
        while (best.TryDequeue(out var candidate, out _))
            sorted.Add(candidate);
        sorted.Reverse();
        return sorted;
    }

    // A text, the logarithm of its probability, and the decoder's sequence that has read it.
    private sealed record Beam(int[] Tokens, double Sum, int Row);
}
