using ComputeCore.Devices;
using ComputeCore.Models.Tests.Transformers;
using NUnit.Framework;

namespace ComputeCore.Models.Tests.Generation;

/// <summary>Beam search against all texts that there are, of a model with four tokens.</summary>
public sealed class BeamSearchTests : IDisposable
{
    private const int Vocabulary = 4, End = 2, Longest = 4;

    private static readonly int[] Prompt = [1, 3];

    private readonly Device device = Device.Open("cpu");
    private readonly RandomGenerator random = new(9);
    private readonly Gpt2 model;

    public BeamSearchTests() =>
        model = SmallModels.ForUse(new Gpt2(new(1, 16, 2) { VocabularySize = Vocabulary, ContextLength = Prompt.Length + Longest }, random), random);

    public void Dispose()
    {
        SmallModels.Release(model);
        random.Dispose();
        device.Dispose();
    }

    [Test]
    public void With_beams_for_all_texts_the_best_ones_are_found([Values(0, 0.6, 2)] double lengthPenalty)
    {
        // As many as there are unfinished texts before the last token: nothing that can become good is lost.
        const int Beams = 27;
        var expected = AllTexts(lengthPenalty).OrderByDescending(text => text.Score).Take(Beams).ToArray();
        var found = Search(Beams, lengthPenalty);
        Assert.That(found.Select(text => string.Join(' ', text.Tokens)), Is.EqualTo(expected.Select(text => string.Join(' ', text.Tokens))));
        Assert.That(found.Select(text => text.Score), Is.EqualTo(expected.Select(text => text.Score)).Within(1e-5));
    }

    [Test]
    public void With_few_beams_scores_are_those_of_the_texts_and_one_beam_is_greedy([Values(1, 2, 3)] int beams)
    {
        var all = AllTexts(0.6);
        var found = Search(beams, 0.6);
        Assert.That(found, Has.Count.EqualTo(beams));
        Assert.That(found.Select(text => text.Score), Is.Ordered.Descending);
        foreach (var text in found)
            Assert.That(all.Where(other => other.Tokens.SequenceEqual(text.Tokens)).Min(other => Math.Abs(other.Score - text.Score)), Is.LessThan(1e-5));
    }

    [Test]
    public void One_beam_takes_the_likeliest_token_each_time()
    {
        // Without an end that could be worth stopping for.
        using var decoder = new CausalDecoder(device, model, 1);
        var found = BeamSearch.Run(decoder, Prompt, end: -1, Longest, lengthPenalty: 0)[0];
        var greedy = new List<int>();
        TextGenerator.Generate(decoder, [Prompt], Longest, SamplingOptions.Greedy, (_, token) =>
        {
            greedy.Add(token);
            return true;
        });
        Assert.That(found.Tokens, Is.EqualTo(greedy));
    }

    private IReadOnlyList<Hypothesis> Search(int beams, double lengthPenalty)
    {
        using var decoder = new CausalDecoder(device, model, beams);
        return BeamSearch.Run(decoder, Prompt, End, Longest, lengthPenalty);
    }

    // Every text that ends, and every one that is as long as texts may be; from logits of whole sequences.
    private List<Hypothesis> AllTexts(double lengthPenalty)
    {
        using var forward = new Function(device, x => [model.Forward(x[0])]);
        var texts = new List<Hypothesis>();
        Grow([], 0);
        return texts;

        void Grow(int[] tokens, double sum)
        {
            int[] read = [.. Prompt, .. tokens];
            var logits = forward.Run(SmallModels.Integers([1, read.Length], read))[0].ToDoubles()[^Vocabulary..];
            var normalizer = Math.Log(logits.Sum(Math.Exp));
            for (var token = 0; token < Vocabulary; token++)
            {
                var (length, total) = (tokens.Length + 1, sum + logits[token] - normalizer);
                if (token == End || length == Longest)
                    texts.Add(new Hypothesis(token == End ? tokens : [.. tokens, token], total / Math.Pow((5 + length) / 6.0, lengthPenalty)));
                else
                    Grow([.. tokens, token], total);
            }
        }
    }
}
