using ComputeCore.Devices;
using ComputeCore.Testing;
using NUnit.Framework;

namespace ComputeCore.Models.Tests.Transformers;

/// <summary>Tokens one by one on a cache give the logits of the whole sequence, and padding changes nothing.</summary>
[TestFixtureSource(typeof(TestDevices), nameof(TestDevices.All))]
public sealed class DecodingTests(string deviceName) : IDisposable
{
    // Logits are of the order of 1; other kernels sum in another order, layer after layer.
    private const double Within = 2e-5;

    private readonly Device device = TestDevices.Open(deviceName);
    private readonly RandomGenerator random = new(7);

    public void Dispose()
    {
        random.Dispose();
        device.Dispose();
    }

    [Test]
    public void A_token_on_the_cache_has_the_logits_of_the_whole_sequence([ValueSource(typeof(SmallModels), nameof(SmallModels.Causal))] string name)
    {
        const int Batch = 2, Length = 9, Prompt = 4;
        var model = SmallModels.Make(name, random);
        var tokens = SmallModels.Tokens(Batch * Length, seed: 1);
        using var whole = new Function(device, x => [model.Forward(x[0])]);
        var expected = whole.Run(SmallModels.Integers([Batch, Length], tokens))[0].ToDoubles();

        using var cache = model.CreateCache(Batch, capacity: 12);
        using var decode = new Function(device, x => [model.Decode(x[0], cache, x[1])]);
        for (int start = 0, end = Prompt; end <= Length; start = end++)
        {
            int[] next = [.. Enumerable.Range(0, Batch).SelectMany(b => tokens[(b * Length + start)..(b * Length + end)])];
            var logits = decode.Run(SmallModels.Integers([Batch, end - start], next), SmallModels.Integers([Batch, 3], 0, end, start, 0, end, start))[0].ToDoubles();
            for (var b = 0; b < Batch; b++)
                AssertSame(logits.AsSpan(b * SmallModels.Vocabulary, SmallModels.Vocabulary), Row(expected, b * Length + end - 1), $"sequence {b}, token {end - 1}");
        }

        SmallModels.Release(model);
    }

    [Test]
    public void Sequences_padded_on_the_left_have_the_logits_they_have_alone([ValueSource(typeof(SmallModels), nameof(SmallModels.Causal))] string name)
    {
        const int Length = 7;
        int[] lengths = [7, 3, 5];
        var model = SmallModels.Make(name, random);
        int[][] texts = [.. lengths.Select((length, i) => SmallModels.Tokens(length, seed: 10 + i))];
        using var alone = new Function(device, x => [model.Forward(x[0])]);
        double[][] expected = [.. texts.Select(text => alone.Run(SmallModels.Integers([1, text.Length], text))[0].ToDoubles())];

        int[] padded = [.. texts.SelectMany(text => Enumerable.Repeat(0, Length - text.Length).Concat(text))];
        int[] spans = [.. lengths.SelectMany(length => new[] { Length - length, Length, 0 })];
        using var together = new Function(device, x => [model.Forward(x[0], x[1])]);
        var logits = together.Run(SmallModels.Integers([3, Length], padded), SmallModels.Integers([3, 3], spans))[0].ToDoubles();
        using var cache = model.CreateCache(3, Length);
        using var decode = new Function(device, x => [model.Decode(x[0], cache, x[1])]);
        var last = decode.Run(SmallModels.Integers([3, Length], padded), SmallModels.Integers([3, 3], spans))[0].ToDoubles();

        for (var b = 0; b < texts.Length; b++)
        {
            for (var i = 0; i < lengths[b]; i++)
                AssertSame(Row(logits, b * Length + Length - lengths[b] + i), Row(expected[b], i), $"sequence {b}, token {i}");
            AssertSame(Row(last, b), Row(expected[b], lengths[b] - 1), $"sequence {b} on the cache");
        }

        SmallModels.Release(model);
    }

    [Test]
    public void A_translation_grows_on_the_cache_as_in_one_pass_and_padding_changes_nothing()
    {
        const int Target = 6;
        int[] lengths = [8, 5];
        var model = SmallModels.ForUse(new TranslationTransformer(new(2, 32, 4, 48) { VocabularySize = SmallModels.Vocabulary }, random), random);
        int[][] sources = [.. lengths.Select((length, i) => SmallModels.Tokens(length, seed: 20 + i))];
        int[][] targets = [.. lengths.Select((_, i) => SmallModels.Tokens(Target, seed: 30 + i))];
        using var alone = new Function(device, x => [model.Forward(x[0], x[1])]);
        double[][] expected = [.. sources.Zip(targets, (source, target) =>
            alone.Run(SmallModels.Integers([1, source.Length], source), SmallModels.Integers([1, Target], target))[0].ToDoubles())];

        using var cache = model.CreateCache(batch: 2, sourceCapacity: 10, targetCapacity: Target);
        var sourceSpans = SmallModels.Integers([2, 3], 0, lengths[0], 0, 0, lengths[1], 0);
        using var begin = new Function(device, x =>
        {
            model.Begin(x[0], x[1], cache);
            return [];
        });
        begin.Run(SmallModels.Integers([2, 8], [.. sources.SelectMany(source => source.Concat(Enumerable.Repeat(0, 8 - source.Length)))]), sourceSpans);
        using var decode = new Function(device, x => [model.Decode(x[0], cache, x[1], x[2])]);
        for (var i = 0; i < Target; i++)
        {
            var logits = decode.Run(
                SmallModels.Integers([2, 1], [.. targets.Select(target => target[i])]),
                SmallModels.Integers([2, 3], 0, i + 1, i, 0, i + 1, i),
                sourceSpans)[0].ToDoubles();
            for (var b = 0; b < 2; b++)
                AssertSame(Row(logits, b), Row(expected[b], i), $"sentence {b}, token {i}");
        }

        SmallModels.Release(model);
    }

    [Test]
    public void A_beam_search_takes_its_survivors_caches_along()
    {
        var model = SmallModels.Make("gpt2", random);
        using var cache = model.CreateCache(batch: 3, capacity: 4);
        using var decode = new Function(device, x => [model.Decode(x[0], cache, x[1])]);
        using var reorder = new Function(device, x =>
        {
            cache.Reorder(x[0]);
            return [];
        });
        decode.Run(SmallModels.Integers([3, 2], 1, 2, 3, 4, 5, 6), SmallModels.Integers([3, 3], 0, 2, 0, 0, 2, 0, 0, 2, 0));
        reorder.Run(SmallModels.Integers([3], 2, 0, 0));
        var logits = decode.Run(SmallModels.Integers([3, 1], 7, 8, 9), SmallModels.Integers([3, 3], 0, 3, 2, 0, 3, 2, 0, 3, 2))[0].ToDoubles();

        using var whole = new Function(device, x => [model.Forward(x[0])]);
        var expected = whole.Run(SmallModels.Integers([3, 3], 5, 6, 7, 1, 2, 8, 1, 2, 9))[0].ToDoubles();
        for (var b = 0; b < 3; b++)
            AssertSame(Row(logits, b), Row(expected, 3 * b + 2), $"beam {b}");
        SmallModels.Release(model);
    }

    private static ReadOnlySpan<double> Row(double[] logits, int row) => logits.AsSpan(row * SmallModels.Vocabulary, SmallModels.Vocabulary);

    private static void AssertSame(ReadOnlySpan<double> logits, ReadOnlySpan<double> expected, string what) =>
        Assert.That(logits.ToArray(), Is.EqualTo(expected.ToArray()).Within(Within), what);
}
