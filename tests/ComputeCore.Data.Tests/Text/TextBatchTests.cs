using NUnit.Framework;

namespace ComputeCore.Data.Tests.Text;

public sealed class TextBatchTests : IDisposable
{
    private const int Separator = 2;
    private const int Mask = 4;
    private const int FirstOrdinary = 5;
    private const int Vocabulary = 1000;

    private readonly TemporaryFolder folder = new();
    private readonly TokenFile counting;
    private readonly TokenFile sentences;

    public TextBatchTests()
    {
        TokenFile.Write(folder.File("counting"), 5000, writer => writer.Append([.. Enumerable.Range(0, 5000)]));
        counting = TokenFile.Open(folder.File("counting"));
        // Documents of sentences of random length; a word tells its document and sentence, so that parts can be told apart.
        var random = new Random(1);
        TokenFile.Write(folder.File("sentences"), Vocabulary, writer =>
        {
            for (var document = 0; document < 60; document++)
            {
                for (var sentence = random.Next(1, 12); sentence > 0; sentence--)
                    writer.Append([.. Enumerable.Repeat(FirstOrdinary + document, random.Next(1, 30)), Separator]);
                writer.Append([Separator]);
            }
        });
        sentences = TokenFile.Open(folder.File("sentences"));
    }

    public void Dispose()
    {
        counting.Dispose();
        sentences.Dispose();
        folder.Dispose();
    }

    [Test]
    public void Blocks_cover_the_text_once_an_epoch_each_epoch_in_another_order()
    {
        var blocks = new TokenBlocks(counting, batch: 4, length: 100, seed: 1);
        Assert.That(blocks.BatchesPerEpoch, Is.EqualTo(12));
        var (first, second) = (Starts(blocks.Epoch(0, 0)), Starts(blocks.Epoch(1, 0)));
        Assert.That(first.Order(), Is.EqualTo(Enumerable.Range(0, 49).Select(i => i * 100).Intersect(first)));
        Assert.That(first.Distinct().Count(), Is.EqualTo(48));
        Assert.That(second, Is.Not.EqualTo(first));
        Assert.That(Starts(new TokenBlocks(counting, 4, 100, seed: 1, isShuffled: false).Epoch(3, 0)), Is.EqualTo(Enumerable.Range(0, 48).Select(i => i * 100)));
        Assert.That(() => new TokenBlocks(counting, 51, 100, 1), Throws.ArgumentException.With.Message.Contains("5000 tokens makes no batch of 51 blocks of 100"));
    }

    [Test]
    public void A_resumed_epoch_goes_on_with_the_same_batches()
    {
        var pairs = new SentencePairBatches(Pairs(300), Options());
        foreach (var source in new Func<int, int, IEnumerable<IReadOnlyList<TensorData>>>[]
        {
            new TokenBlocks(counting, 4, 100, 1).Epoch, new RandomWindows(counting, 3, 50, 20, 7).Epoch, pairs.Epoch, Masked(7).Epoch,
        })
        {
            var whole = source(2, 0).Select(Bytes).ToList();
            Assert.That(whole, Has.Count.GreaterThan(5));
            Assert.That(source(2, 5).Select(Bytes), Is.EqualTo(whole[5..]));
            Assert.That(source(2, 0).Select(Bytes), Is.EqualTo(whole));
            Assert.That(source(3, 0).Select(Bytes), Is.Not.EqualTo(whole));
        }
    }

    [Test]
    public void Windows_lie_anywhere_in_the_text()
    {
        var starts = Starts(new RandomWindows(counting, 10, 100, 500, 3).Epoch(0, 0));
        Assert.That(starts, Has.Count.EqualTo(5000));
        Assert.That((starts.Min(), starts.Max()), Is.EqualTo((starts.Min(), starts.Max())).And.Matches<(int Min, int Max)>(range => range.Min < 20 && range.Max is > 4870 and < 4900));
        Assert.That(starts.Average(), Is.EqualTo(2450).Within(100));
        Assert.That(() => new RandomWindows(counting, 1, 5000, 1, 1), Throws.ArgumentException);
    }

    [Test]
    public void Pairs_come_in_few_shapes_each_pair_once_with_its_ends_and_spans()
    {
        var all = Pairs(500);
        var batches = new SentencePairBatches(all, Options());
        var seen = new List<string>();
        foreach (var batch in batches.Epoch(1, 0))
        {
            var (rows, length) = (batch[0].Shape[0], batch[0].Shape[1]);
            Assert.That(rows * length, Is.LessThanOrEqualTo(256));
            Assert.That(batches.Shapes, Does.Contain((rows, length)));
            for (var row = 0; row < rows; row++)
            {
                var source = batch[0].AsSpan<int>().Slice(row * length, length).ToArray();
                var input = batch[2].AsSpan<int>().Slice(row * length, length).ToArray();
                var target = batch[4].AsSpan<long>().Slice(row * length, length).ToArray();
                var (sourceLength, targetLength) = (batch[1].AsSpan<int>()[(3 * row) + 1], batch[3].AsSpan<int>()[(3 * row) + 1]);
                Assert.That(source[sourceLength..], Is.All.EqualTo(0));
                Assert.That(input[targetLength..], Is.All.EqualTo(0));
                Assert.That(target[targetLength..], Is.All.EqualTo(SentencePairBatches.Ignored));
                if (sourceLength == 0)
                    continue;
                Assert.That((source[sourceLength - 1], input[0], target[targetLength - 1]), Is.EqualTo((2, 1, 2L)));
                Assert.That(target[..(targetLength - 1)], Is.EqualTo(input[1..targetLength].Select(id => (long)id)));
                seen.Add(string.Join(',', source[..(sourceLength - 1)]) + ">" + string.Join(',', input[1..targetLength]));
            }
        }

        Assert.That(seen, Is.EquivalentTo(all.Where(pair => Math.Max(pair.Source.Length, pair.Target.Length) < 60).Select(pair => string.Join(',', pair.Source) + ">" + string.Join(',', pair.Target))));
        Assert.That((batches.Count, batches.Shapes.Count()), Is.EqualTo((seen.Count, 8)));
    }

    [Test]
    public void Masked_sequences_have_BERTs_shares_and_both_kinds_of_second_parts()
    {
        var batches = Masked(7);
        var (predicted, masked, kept, ordinary, random, sequences) = (0, 0, 0, 0, 0, 0);
        for (var epoch = 0; epoch < 20; epoch++)
        {
            foreach (var batch in batches.Epoch(epoch, 0))
            {
                for (var row = 0; row < 4; row++)
                {
                    var tokens = batch[0].AsSpan<int>().Slice(row * 64, 64).ToArray();
                    var segments = batch[1].AsSpan<int>().Slice(row * 64, 64).ToArray();
                    var targets = Enumerable.Repeat((long)SentencePairBatches.Ignored, 64).ToArray();
                    var chosen = batch[4].AsSpan<long>().Slice(row * 9, 9).ToArray().TakeWhile(target => target != SentencePairBatches.Ignored).ToArray();
                    foreach (var (target, position) in chosen.Zip(batch[3].AsSpan<long>().Slice(row * 9, 9).ToArray()))
                        targets[position - (row * 64)] = target;
                    var length = batch[2].AsSpan<int>()[(3 * row) + 1];
                    Assert.That(targets.Count(target => target >= FirstOrdinary), Is.EqualTo(Math.Max(1, Math.Round(0.15 * (length - 3)))).And.EqualTo(chosen.Length));
                    Assert.That((tokens[0], tokens[length - 1], tokens.Count(id => id == Separator), tokens[length..].Sum()), Is.EqualTo((3, Separator, 2, 0)));
                    var cut = Array.IndexOf(tokens, Separator);
                    Assert.That(segments, Is.EqualTo(Enumerable.Range(0, 64).Select(i => i > cut && i < length ? 1 : 0)));
                    // What the text had there: a word tells its document.
                    var original = tokens.Select((id, i) => targets[i] == SentencePairBatches.Ignored ? id : (int)targets[i]).ToArray();
                    Assert.That(original[1..cut].Distinct().Count(), Is.EqualTo(1));
                    Assert.That(original[(cut + 1)..(length - 1)].Distinct().Count(), Is.EqualTo(1));
                    var isOther = batch[5].AsSpan<long>()[row] == 1;
                    if (!isOther)
                        Assert.That(original[1], Is.EqualTo(original[cut + 1]));
                    random += isOther ? 1 : 0;
                    sequences++;
                    ordinary += length - 3;
                    for (var i = 0; i < 64; i++)
                    {
                        if (targets[i] == SentencePairBatches.Ignored)
                            continue;
                        Assert.That(targets[i], Is.GreaterThanOrEqualTo(FirstOrdinary));
                        predicted++;
                        masked += tokens[i] == Mask ? 1 : 0;
                        kept += tokens[i] == targets[i] ? 1 : 0;
                    }
                }
            }
        }

        Assert.That(predicted / (double)ordinary, Is.EqualTo(0.15).Within(0.01));
        Assert.That(masked / (double)predicted, Is.EqualTo(0.8).Within(0.02));
        Assert.That(kept / (double)predicted, Is.EqualTo(0.1).Within(0.02));
        Assert.That(random / (double)sequences, Is.InRange(0.5, 0.8), "sequences of one sentence have no second part of their own");
    }

    private static List<int> Starts(IEnumerable<IReadOnlyList<TensorData>> batches)
    {
        var starts = new List<int>();
        foreach (var batch in batches)
        {
            var (rows, length) = (batch[0].Shape[0], batch[0].Shape[1]);
            for (var row = 0; row < rows; row++)
            {
                var start = batch[0].AsSpan<int>()[row * length];
                starts.Add(start);
                Assert.That(batch[0].AsSpan<int>().Slice(row * length, length).ToArray(), Is.EqualTo(Enumerable.Range(start, length)));
                Assert.That(batch[1].AsSpan<long>().Slice(row * length, length).ToArray(), Is.EqualTo(Enumerable.Range(start + 1, length).Select(id => (long)id)));
            }
        }

        return starts;
    }

    private static string Bytes(IReadOnlyList<TensorData> batch) => string.Concat(batch.Select(tensor => Convert.ToHexString(tensor.Bytes) + "|"));

    private static List<SentencePair> Pairs(int count)
    {
        var random = new Random(5);
        return [.. Enumerable.Range(0, count).Select(_ => new SentencePair(Sentence(), Sentence()))];

        int[] Sentence() => [.. Enumerable.Range(0, random.Next(1, 70)).Select(_ => random.Next(3, 1000))];
    }

    private static SentencePairOptions Options() => new() { TokensPerBatch = 256, LongestSentence = 60, Padding = 0, Beginning = 1, End = 2, Seed = 9 };

    private MaskedLanguageModelBatches Masked(ulong seed) => new(
        sentences, new MaskedLanguageModelOptions { BatchSize = 4, Length = 64, Class = 3, Separator = Separator, Mask = Mask, Padding = 0, FirstOrdinary = FirstOrdinary, Seed = seed });
}
