using NUnit.Framework;

namespace ComputeCore.Models.Tests.Generation;

/// <summary>How often tokens are drawn, against distributions computed by hand.</summary>
public class TokenSamplerTests
{
    // Of five tokens, not in the order of their probabilities.
    private static readonly double[] Probabilities = [0.07, 0.5, 0.03, 0.25, 0.15];
    private static readonly float[] Logits = Array.ConvertAll(Probabilities, probability => (float)Math.Log(probability) + 3);

    private static IEnumerable<TestCaseData> Distributions()
    {
        yield return Case("all", new(), Probabilities);
        yield return Case("temperature 0.5 squares", new() { Temperature = 0.5 }, 0.0049, 0.25, 0.0009, 0.0625, 0.0225);
        yield return Case("temperature 2 takes roots", new() { Temperature = 2 }, Array.ConvertAll(Probabilities, Math.Sqrt));
        yield return Case("the two likeliest", new() { TopK = 2 }, 0, 0.5, 0, 0.25, 0);
        yield return Case("more than there are", new() { TopK = 9 }, Probabilities);
        yield return Case("the fewest that have 0.8", new() { TopP = 0.8 }, 0, 0.5, 0, 0.25, 0.15);
        yield return Case("the fewest that have 0.7", new() { TopP = 0.7 }, 0, 0.5, 0, 0.25, 0);
        yield return Case("the likeliest alone has 0.4", new() { TopP = 0.4 }, 0, 1, 0, 0, 0);
        yield return Case("at least a fifth of the likeliest's", new() { MinP = 0.2 }, 0, 0.5, 0, 0.25, 0.15);
        yield return Case("at least 0.4 of the likeliest's", new() { MinP = 0.4 }, 0, 0.5, 0, 0.25, 0);
        yield return Case("only the likeliest is as likely", new() { MinP = 1 }, 0, 1, 0, 0, 0);
        // Of the three likeliest, 0.8 are had by two: 0.75 of 0.9.
        yield return Case("the fewest of the three likeliest", new() { TopK = 3, TopP = 0.8 }, 0, 0.5, 0, 0.25, 0);
        // At this temperature the shares of the likeliest are 1, 0.25, 0.09, 0.02 and less.
        yield return Case("a share at a temperature", new() { Temperature = 0.5, MinP = 0.2 }, 0, 0.25, 0, 0.0625, 0);
        yield return Case("one token", new() { TopK = 1, Temperature = 5 }, 0, 1, 0, 0, 0);

        static TestCaseData Case(string name, SamplingOptions options, params double[] weights) => new TestCaseData(options, weights).SetName(name);
    }

    [TestCaseSource(nameof(Distributions))]
    public void Tokens_are_drawn_as_often_as_they_are_likely(SamplingOptions options, double[] weights) => AssertDraws(options, Logits, [], weights);

    [Test]
    public void A_repetition_penalty_divides_positive_logits_and_multiplies_negative_ones_once()
    {
        float[] logits = [2, -1, 1, 0.5f];
        double[] penalized = [Math.Exp(2 / 1.5), Math.Exp(-1.5), Math.Exp(1), Math.Exp(0.5)];
        // That token 0 occurred twice changes nothing.
        AssertDraws(new SamplingOptions { RepetitionPenalty = 1.5 }, logits, [0, 1, 0], penalized);
        AssertDraws(new SamplingOptions { RepetitionPenalty = 1.5, TopK = 2 }, logits, [0, 1, 0], [penalized[0], 0, penalized[2], 0]);

        var sampler = new TokenSampler(SamplingOptions.Greedy with { RepetitionPenalty = 3 }, logits.Length);
        Assert.That(sampler.Next(logits, [], 0.5f), Is.EqualTo(0));
        Assert.That(sampler.Next(logits, [0], 0.5f), Is.EqualTo(2));
        // A sampler remembers nothing of a text it was shown before.
        Assert.That(sampler.Next(logits, [2], 0.5f), Is.EqualTo(0));
        Assert.That(logits, Is.EqualTo(new[] { 2, -1, 1, 0.5f }));
    }

    [Test]
    public void Greedily_the_first_of_the_likeliest_is_taken()
    {
        var sampler = new TokenSampler(SamplingOptions.Greedy, 5);
        foreach (var uniform in new[] { 0, 0.5f, MathF.BitDecrement(1) })
            Assert.That(sampler.Next([1, 3, 2, 3, float.NegativeInfinity], [], uniform), Is.EqualTo(1));
    }

    [Test]
    public void The_ends_of_the_range_give_the_likeliest_and_the_last_token_kept()
    {
        var sampler = new TokenSampler(new SamplingOptions { TopK = 3 }, 5);
        Assert.That(sampler.Next(Logits, [], 0), Is.EqualTo(1));
        Assert.That(sampler.Next(Logits, [], MathF.BitDecrement(1)), Is.EqualTo(4));
    }

    [Test]
    public void Numbers_of_a_seed_draw_with_the_models_distribution([Values(1, 2, 3)] long seed)
    {
        const int Draws = 20_000;
        // Chi-square of four degrees of freedom is above it once in a thousand times.
        const double Quantile = 18.47;
        using var random = new RandomGenerator(seed);
        var sampler = new TokenSampler(new SamplingOptions(), Probabilities.Length);
        var counts = new double[Probabilities.Length];
        foreach (var uniform in random.Uniform([Draws], 0, 1).AsSpan<float>())
            counts[sampler.Next(Logits, [], uniform)]++;
        Assert.That(counts.Zip(Probabilities, (count, probability) => Math.Pow(count - Draws * probability, 2) / (Draws * probability)).Sum(), Is.LessThan(Quantile));
    }

    // With numbers that lie evenly, a token's count differs from its expectation by at most one at each end of its range.
    private static void AssertDraws(SamplingOptions options, float[] logits, int[] history, double[] weights)
    {
        const int Draws = 10_000;
        var sampler = new TokenSampler(options, logits.Length);
        var counts = new int[logits.Length];
        for (var i = 0; i < Draws; i++)
            counts[sampler.Next(logits, history, (i + 0.5f) / Draws)]++;
        for (var token = 0; token < counts.Length; token++)
            Assert.That(counts[token], weights[token] == 0 ? Is.Zero : Is.EqualTo(Draws * weights[token] / weights.Sum()).Within(1.01), $"token {token}");
    }
}
