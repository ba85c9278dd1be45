namespace ComputeCore.Models;

/// <summary>Chooses tokens. Nothing is allocated after it is made.</summary>
internal sealed class TokenSampler
{
    private readonly SamplingOptions options;
    private readonly float[] keys;
    private readonly int[] tokens;
    private readonly bool[] seen;

    public TokenSampler(SamplingOptions options, int vocabularySize)
    {
        this.options = options;
        (keys, tokens, seen) = (new float[vocabularySize], new int[vocabularySize], new bool[vocabularySize]);
    }

    /// <summary>The next token.</summary>
    /// <param name="logits">One for each token; unchanged.</param>
    /// <param name="history">The tokens so far.</param>
    /// <param name="uniform">A random number from 0 to below 1.</param>
    public int Next(ReadOnlySpan<float> logits, ReadOnlySpan<int> history, float uniform)
    {
        logits.CopyTo(keys);
        Penalize(history);
        if (options.Temperature == 0)
            return Likeliest();

        // Likeliest first.
        for (var i = 0; i < tokens.Length; i++)
            (keys[i], tokens[i]) = (-keys[i], i);
        Array.Sort(keys, tokens);
        var count = options.TopK > 0 ? Math.Min(options.TopK, keys.Length) : keys.Length;
        var (best, sum) = (keys[0], 0.0);
        for (var i = 0; i < count; i++)
            sum += keys[i] = (float)Math.Exp((best - keys[i]) / options.Temperature);

        var (kept, mass) = (0, 0.0);
        while (kept < count && (kept == 0 || (mass < options.TopP * sum && keys[kept] >= options.MinP)))
            mass += keys[kept++];
        var wanted = uniform * mass;
        for (var i = 0; i < kept - 1; i++)
            if ((wanted -= keys[i]) < 0)
                return tokens[i];
        return tokens[kept - 1];
    }

    private int Likeliest()
    {
        var best = 0;
        for (var i = 1; i < keys.Length; i++)
            if (keys[i] > keys[best])
                best = i;
        return best;
    }

    private void Penalize(ReadOnlySpan<int> history)
    {
        if (options.RepetitionPenalty == 1)
            return;
        foreach (var token in history)
        {
            if (seen[token])
                continue;
            seen[token] = true;
            keys[token] = (float)(keys[token] > 0 ? keys[token] / options.RepetitionPenalty : keys[token] * options.RepetitionPenalty);
        }

        foreach (var token in history)
            seen[token] = false;
    }
}
