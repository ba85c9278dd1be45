using NUnit.Framework;

namespace ComputeCore.Text.Tests;

public sealed class SentencePieceTests
{
    private static IEnumerable<string> Lines() => Corpus.Documents.Skip(100).Concat(Corpus.Documents.Take(20))
        .SelectMany(text => text.Split('\n', '\r', '\0')).Where(line => line.Length < 2000);

    [TestCase("sentencepiece-unigram")]
    [TestCase("sentencepiece-bpe")]
    [TestCase("sentencepiece-unigram-identity")]
    public void Models_give_the_ids_of_SentencePiece_itself(string name)
    {
        var tokenizer = Tokenizer.Load(Corpus.PathOf($"{name}.model"));
        Assert.That(tokenizer.VocabularySize, Is.EqualTo(4000));
        Assert.That(tokenizer.SpecialTokens, Is.EqualTo(new Dictionary<string, int> { ["<unk>"] = 0, ["<s>"] = 1, ["</s>"] = 2 }));
        // Fifty lines of text are one of the golden file's.
        var expected = File.ReadAllLines(Corpus.PathOf($"{name}.ids"));
        var actual = Lines().Chunk(50).Select(lines => Corpus.Describe([.. lines.SelectMany(tokenizer.Encode)]));
        Assert.That(actual, Is.EqualTo(expected));
    }

    [TestCase(false)]
    [TestCase(true)]
    public void A_model_written_by_hand_is_read(bool isBytePair)
    {
        var tokenizer = TokenizerFiles.Parse("hand.model", SentencePieceBytes.Model(isBytePair), _ => null);
        var ids = tokenizer.Encode("the whAle's");
        Assert.That(ids.Select(tokenizer.TokenOf), Is.EqualTo(new[] { "▁the", "▁", "whale", "<0x27>", "s" }));
        Assert.That(tokenizer.Decode(ids), Is.EqualTo("the whale's"));
    }

    [Test]
    public void Ids_decode_to_the_normalized_text_and_a_saved_model_is_the_same()
    {
        using var folder = new TemporaryFolder();
        var tokenizer = Tokenizer.Load(Corpus.PathOf("sentencepiece-bpe.model"));
        Assert.That(tokenizer.Decode(tokenizer.Encode("  Call  me Ishmael, ﬁrst 世界 \U0001F9FF. ")), Is.EqualTo("Call me Ishmael, first 世界 \U0001F9FF."));
        tokenizer.Save(folder.File("copy.model"));
        Assert.That(File.ReadAllBytes(folder.File("copy.model")), Is.EqualTo(File.ReadAllBytes(Corpus.PathOf("sentencepiece-bpe.model"))));
    }
}
