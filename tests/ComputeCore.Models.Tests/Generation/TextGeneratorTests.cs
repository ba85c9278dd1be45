using ComputeCore.Devices;
using ComputeCore.Models.Tests.Transformers;
using NUnit.Framework;

namespace ComputeCore.Models.Tests.Generation;

/// <summary>Texts that a model writes on, against the sampler on the logits of whole sequences.</summary>
public sealed class TextGeneratorTests : IDisposable
{
    private readonly Device device = Device.Open("cpu");
    private readonly RandomGenerator random = new(5);
    private readonly CausalLanguageModel model;
    private readonly Function forward;

    public TextGeneratorTests()
    {
        model = SmallModels.Make("gpt2", random);
        forward = new Function(device, x => [model.Forward(x[0])]);
    }

    public void Dispose()
    {
        forward.Dispose();
        SmallModels.Release(model);
        random.Dispose();
        device.Dispose();
    }

    [Test]
    public void Each_token_is_the_samplers_choice_from_the_logits_of_the_text_so_far()
    {
        const int Tokens = 20;
        var options = new SamplingOptions { Temperature = 0.9, TopK = 30, TopP = 0.95, RepetitionPenalty = 1.2, Seed = 11 };
        int[] prompt = [3, 1, 4];
        var text = Generate(options, Tokens, prompt).Single();
        Assert.That(text, Is.EqualTo(Generate(options, Tokens, prompt).Single()));
        Assert.That(text, Is.Not.EqualTo(Generate(options with { Seed = 12 }, Tokens, prompt).Single()));

        using var seeded = new RandomGenerator(options.Seed);
        var numbers = seeded.Uniform([Tokens], 0, 1).ToDoubles();
        var sampler = new TokenSampler(options, SmallModels.Vocabulary);
        for (var i = 0; i < Tokens; i++)
        {
            int[] history = [.. prompt, .. text[..i]];
            Assert.That(text[i], Is.EqualTo(sampler.Next(LastLogits(history), history, (float)numbers[i])), $"token {i}");
        }
    }

    [Test]
    public void A_text_longer_than_the_context_goes_on_from_its_last_half()
    {
        const int Context = 32, Tokens = 40;
        int[] prompt = [.. SmallModels.Tokens(10, seed: 1)];
        var text = Generate(SamplingOptions.Greedy, Tokens, prompt).Single();
        var seen = 0;
        for (var i = 0; i < Tokens; i++)
        {
            int[] history = [.. prompt, .. text[..i]];
            // All that was read since the text was begun, or begun anew.
            seen = i == 0 ? prompt.Length : seen < Context ? seen + 1 : Context / 2;
            var logits = LastLogits(history[^seen..]);
            Assert.That(text[i], Is.EqualTo(Array.IndexOf(logits, logits.Max())), $"token {i}");
        }
    }

    [Test]
    public void A_sequence_that_is_done_is_asked_no_more_and_the_others_go_on()
    {
        var calls = new int[2];
        using var decoder = new CausalDecoder(device, model, 2);
        TextGenerator.Generate(decoder, [[1], [2, 3]], 10, SamplingOptions.Greedy, (sequence, _) => ++calls[sequence] < (sequence == 0 ? 3 : 100));
        Assert.That(calls, Is.EqualTo(new[] { 3, 10 }));

        calls = new int[2];
        using var cancellation = new CancellationTokenSource();
        TextGenerator.Generate(decoder, [[1], [2, 3]], 10, SamplingOptions.Greedy, (sequence, _) =>
        {
            if (++calls[sequence] == 4)
                cancellation.Cancel();
            return true;
        }, cancellation.Token);
        Assert.That(calls, Is.EqualTo(new[] { 4, 4 }));
    }

    [Test]
    public void Bad_prompts_are_told()
    {
        AssertRefused("There is no token 61: the model's vocabulary has ids from 0 to 60.", [1, 61]);
        AssertRefused("There is no token -1: the model's vocabulary has ids from 0 to 60.", [-1]);
        AssertRefused("A sequence to go on with holds at least one token.", []);
        AssertRefused("A sequence of 33 tokens is longer than the model's context of 32.", new int[33]);

        void AssertRefused(string message, int[] prompt) =>
            Assert.That(() => Generate(SamplingOptions.Greedy, 5, prompt), Throws.ArgumentException.With.Message.StartsWith(message));
    }

    private int[][] Generate(SamplingOptions options, int tokens, params int[][] prompts)
    {
        using var decoder = new CausalDecoder(device, model, prompts.Length);
        List<int>[] texts = [.. prompts.Select(_ => new List<int>())];
        TextGenerator.Generate(decoder, prompts, tokens, options, (sequence, token) =>
        {
            texts[sequence].Add(token);
            return true;
        });
        return [.. texts.Select(text => text.ToArray())];
    }

    private float[] LastLogits(int[] tokens) => forward.Run(SmallModels.Integers([1, tokens.Length], tokens))[0].AsSpan<float>()[^SmallModels.Vocabulary..].ToArray();
}
