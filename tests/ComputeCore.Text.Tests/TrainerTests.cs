using System.Text;
using NUnit.Framework;

namespace ComputeCore.Text.Tests;

public sealed class TrainerTests
{
    private static readonly string[] SpecialTokens = ["<|endoftext|>", "<|pad|>"];

    [Test]
    public void Byte_pairs_are_merged_as_the_slow_trainer_merges_them()
    {
        for (var seed = 0; seed < 30; seed++)
        {
            var text = RandomTexts.Of(new Random(seed), 400);
            var tokenizer = BytePairTrainer.Train([Encoding.UTF8.GetBytes(text)], 340, SpecialTokens);
            // GPT-2's words, by .NET's own expression: these texts have no letters outside of the basic plane.
            var words = System.Text.RegularExpressions.Regex.Matches(text, WordPattern.Gpt2.Regex).Select(match => ByteAlphabet.Write(Encoding.UTF8.GetBytes(match.Value)).Select(c => c.ToString()).ToList());
            var expected = SlowTrainer.Train([.. SpecialTokens, .. ByteAlphabet.InOrder.Select(value => ByteAlphabet.CharacterOf(value).ToString())], "", words, 340);
            Assert.That(Enumerable.Range(0, tokenizer.VocabularySize).Select(tokenizer.TokenOf), Is.EqualTo(expected), () => $"seed {seed}");
        }
    }

    [Test]
    public void Word_pieces_are_merged_as_the_slow_trainer_merges_them()
    {
        for (var seed = 0; seed < 30; seed++)
        {
            var words = Enumerable.Range(0, 150).Select(_ => RandomTexts.Word(new Random((seed * 1000) + _ % 40))).ToList();
            var tokenizer = WordPieceTrainer.Train([Encoding.UTF8.GetBytes(string.Join(' ', words))], 120);
            var spelled = words.Select(word => word.Select((c, i) => i == 0 ? c.ToString() : "##" + c).ToList()).ToList();
            var characters = spelled.SelectMany(word => word).Distinct().OrderBy(c => c.StartsWith("##", StringComparison.Ordinal)).ThenBy(c => c, StringComparer.Ordinal);
            var expected = SlowTrainer.Train([.. WordPieceTrainer.SpecialTokens, .. characters], "##", spelled, 120);
            Assert.That(Enumerable.Range(0, tokenizer.VocabularySize).Select(tokenizer.TokenOf), Is.EqualTo(expected), () => $"seed {seed}");
        }
    }

    [Test]
    public void Counting_in_parts_counts_the_words_of_the_whole()
    {
        var text = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 3000).Select(seed => RandomTexts.Of(new Random(seed), 300))));
        Assert.That(WordCounter.Chunks(text).Count(), Is.GreaterThan(2));
        Assert.That(WordCounter.Chunks(text).SelectMany(Words), Is.EqualTo(Words(text)));

        static IEnumerable<string> Words(ReadOnlyMemory<byte> part)
        {
            for (var i = 0; i < part.Length;)
            {
                var length = WordPattern.Gpt2.FirstWord(part.Span[i..]);
                yield return Encoding.UTF8.GetString(part.Span.Slice(i, length));
                i += length;
            }
        }
    }

    [Test]
    public void A_trained_vocabulary_gives_any_bytes_back_also_after_it_was_saved()
    {
        using var folder = new TemporaryFolder();
        var trained = BytePairTrainer.Train([.. Corpus.Documents.Take(60).Select(text => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(text))], 2000, SpecialTokens);
        trained.Save(folder.File("tokenizer.json"));
        var loaded = Tokenizer.Load(folder.File("tokenizer.json"));
        Assert.That(loaded.VocabularySize, Is.EqualTo(2000));
        Assert.That(loaded.SpecialTokens, Is.EqualTo(new Dictionary<string, int> { ["<|endoftext|>"] = 0, ["<|pad|>"] = 1 }));
        for (var seed = 0; seed < 300; seed++)
        {
            var random = new Random(seed);
            var bytes = seed % 3 == 0 ? Encoding.UTF8.GetBytes(RandomTexts.Of(random, 500)) : new byte[random.Next(400)];
            if (seed % 3 != 0)
                random.NextBytes(bytes);
            var ids = new List<int>();
            trained.Encode(bytes, ids);
            Assert.That(trained.DecodeBytes([.. ids]), Is.EqualTo(bytes), () => $"seed {seed}");
            var again = new List<int>();
            loaded.Encode(bytes, again);
            Assert.That(again, Is.EqualTo(ids), () => $"seed {seed}");
        }
    }

    [Test]
    public void Long_words_are_merged_as_short_ones_are()
    {
        var random = new Random(1);
        var table = new MergeTable([.. Enumerable.Range(4, 40).Select(merged => (random.Next(merged), random.Next(merged), merged))]);
        for (var i = 0; i < 300; i++)
        {
            List<int> scanned = [9, .. Enumerable.Range(0, random.Next(1, 300)).Select(_ => random.Next(4))];
            List<int> queued = [.. scanned];
            table.ApplyByScanning(scanned, 1);
            table.ApplyByQueue(queued, 1);
            Assert.That(queued, Is.EqualTo(scanned));
        }
    }

    [Test]
    public void Word_pieces_are_lossless_but_for_case_accents_and_spaces()
    {
        var texts = Corpus.Documents.Take(20).Select(text => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(text)).ToArray();
        var tokenizer = WordPieceTrainer.Train(texts, 1500);
        Assert.That(tokenizer.VocabularySize, Is.EqualTo(1500));
        Assert.That(tokenizer.Decode(tokenizer.Encode("Café\tcrème,  THE whale!")), Is.EqualTo("cafe creme , the whale !"));
        Assert.That(tokenizer.Encode("\u4E00\uE123 \U0001F600"), Has.Some.EqualTo(tokenizer.SpecialTokens["[UNK]"]));
    }

    [Test]
    public void Characters_are_tokens()
    {
        using var folder = new TemporaryFolder();
        var tokenizer = CharacterTokenizer.Train([Encoding.UTF8.GetBytes("hello 世界 😀\n")], "<|endoftext|>");
        tokenizer.Save(folder.File("tokenizer.json"));
        foreach (var each in new[] { tokenizer, Tokenizer.Load(folder.File("tokenizer.json")) })
        {
            Assert.That(each.VocabularySize, Is.EqualTo(10));
            Assert.That(each.Decode(each.Encode("世oleh😀<|endoftext|>\n")), Is.EqualTo("世oleh😀<|endoftext|>\n"));
            Assert.That(each.Encode("<|endoftext|>h"), Is.EqualTo(new[] { 0, 4 }));
            Assert.That(() => each.Encode("xyz"), Throws.ArgumentException.With.Message.Contains("U+0078"));
            Assert.That(() => each.Decode([10]), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("There is no token 10: the vocabulary has ids from 0 to 9"));
        }
    }

    [Test]
    public void A_vocabulary_without_room_for_the_bytes_is_refused() =>
        Assert.That(() => BytePairTrainer.Train(["x"u8.ToArray()], 100, []), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("at least 256"));
}
