using System.Text;
using ComputeCore.Formats;
using NUnit.Framework;

namespace ComputeCore.Text.Tests;

public sealed class HostileFileTests
{
    private static readonly byte[][] Tokens = [.. new[]
    {
        "0", "-1", "2147483647", "9223372036854775807", "1e308", "[", "]", "{", "}", ",", ":", "\"", "\\", "\\ud800", "null", "true", "\"a\":1,", "\"merges\":[],", "\"vocab\":{},",
        "\"type\":\"BPE\",", "\"special\":true,", "\0", "\u00ff", " ", "\n", "[UNK]", "##", "Ġ", "▁", "\n\u0003", "\u0018\u0002",
    }.Select(Encoding.UTF8.GetBytes)];

    [Test]
    public void Mutations_of_files_are_read_or_refused_in_one_sentence()
    {
        var random = new Random(20260102);
        var (read, refused) = (0, 0);
        foreach (var (name, file) in Files())
        {
            for (var i = 0; i < 3000; i++)
            {
                var mutated = Mutations.Of(file, Tokens, random);
                try
                {
                    var tokenizer = TokenizerFiles.Parse(name, mutated, _ => null);
                    Assert.That(tokenizer.VocabularySize, Is.LessThan(200_000));
                    Use(tokenizer);
                    read++;
                }
                catch (InvalidFileException exception)
                {
                    Assert.That(exception.Message, Does.StartWith($"The file '{name}' ").And.EndsWith(".").And.Not.Contain("\n"));
                    refused++;
                }
            }
        }

        Assert.That((read, refused), Is.EqualTo((read, refused)).And.Matches<(int Read, int Refused)>(counts => counts.Read > 500 && counts.Refused > 500));
    }

    [TestCase("""[]""", "neither JSON")]
    [TestCase("""{"model": 1}""", "id")]
    [TestCase("""{"model": {"type": "Unigram", "vocab": {"a": 0}}}""", "'Unigram'")]
    [TestCase("""{"model": {"type": "BPE", "vocab": {"a": 0, "b": 0}, "merges": []}}""", "gives the id 0 to two tokens, 'a' and 'b'")]
    [TestCase("""{"model": {"type": "BPE", "vocab": {"a": 2000000000}, "merges": []}}""", "the id 2000000000, which is out of range")]
    [TestCase("""{"model": {"type": "BPE", "vocab": {"a": -1}, "merges": []}}""", "the id -1")]
    [TestCase("""{"model": {"type": "BPE", "vocab": {"a": 0}, "merges": ["a b"]}}""", "merges the token 'b'")]
    [TestCase("""{"model": {"type": "BPE", "vocab": {"a": 0}, "merges": ["a"]}}""", "as merge 0")]
    [TestCase("""{"model": {"type": "BPE", "vocab": {"ab": 0}, "merges": []}}""", "vocabulary of characters")]
    [TestCase("""{"model": {"type": "BPE", "vocab": {}, "merges": []}}""", "no tokens")]
    [TestCase("""{"pre_tokenizer": {"type": "ByteLevel"}, "model": {"type": "BPE", "vocab": {"a": 0}, "merges": []}}""", "no token for the byte 0x00")]
    [TestCase("""{"pre_tokenizer": {"type": "Whitespace"}, "model": {"type": "BPE", "vocab": {"a": 0}, "merges": []}}""", "'Whitespace'")]
    [TestCase("""{"added_tokens": [{"id": 99999999, "content": "x"}], "model": {"type": "BPE", "vocab": {"a": 0}, "merges": []}}""", "'x' the id 99999999")]
    [TestCase("""{"a": 0}""", "merges.txt")]
    [TestCase("""{"a": }""", "line 1")]
    [TestCase("", "is empty")]
    [TestCase("one\ntwo\n", "no tokenizer")]
    [TestCase(" \n", "no tokenizer")]
    public void What_is_wrong_is_said(string content, string reason) =>
        Assert.That(() => TokenizerFiles.Parse("file", Encoding.UTF8.GetBytes(content), _ => null), Throws.TypeOf<InvalidFileException>().With.Message.Contains(reason));

    [Test]
    public void Text_that_is_not_UTF8_is_refused_with_the_place_of_its_first_bad_byte()
    {
        using var folder = new TemporaryFolder();
        foreach (var (bytes, place) in new (byte[], string)[] { ([.. "abc"u8, 0xFF], "0xFF at offset 3"), ([.. new byte[10000], 0xC3], "0xC3 at offset 10000"), ([.. "é"u8, 0xED, 0xA0, 0x80], "0xED at offset 2"), ([0x80], "0x80 at offset 0") })
        {
            File.WriteAllBytes(folder.File("text"), bytes);
            Assert.That(() => Utf8Text.Read(folder.File("text")), Throws.TypeOf<InvalidFileException>().With.Message.Contains(place));
        }

        File.WriteAllBytes(folder.File("text"), [0xEF, 0xBB, 0xBF, .. "abc"u8]);
        Assert.That(Utf8Text.Read(folder.File("text")).ToArray(), Is.EqualTo("abc"u8.ToArray()));
        File.WriteAllBytes(folder.File("text"), [0xEF, 0xBB, 0xBF]);
        Assert.That(() => Utf8Text.Read(folder.File("text")), Throws.TypeOf<InvalidFileException>().With.Message.Contains("is empty"));
    }

    private static IEnumerable<(string Name, byte[] Content)> Files()
    {
        ReadOnlyMemory<byte>[] text = ["the whale and the sea and the whale's tail\n"u8.ToArray()];
        foreach (var tokenizer in new Tokenizer[] { BytePairTrainer.Train(text, 262, ["<|endoftext|>"]), WordPieceTrainer.Train(text, 60), CharacterTokenizer.Train(text, "<|endoftext|>") })
        {
            using var stream = new MemoryStream();
            tokenizer.Write(stream);
            yield return ($"{tokenizer.GetType().Name}.json", stream.ToArray());
        }

        yield return ("unigram.model", SentencePieceBytes.Model(isBytePair: false));
        yield return ("bpe.model", SentencePieceBytes.Model(isBytePair: true));
        yield return ("vocab.txt", "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nthe\nwhale\n##s\na\n##b\n"u8.ToArray());
    }

    private static void Use(Tokenizer tokenizer)
    {
        try
        {
            tokenizer.Decode(tokenizer.Encode("the whale's <|endoftext|> tail é\n"));
        }
        catch (ArgumentException exception) when (exception.Message.Contains("is not among", StringComparison.Ordinal))
        {
            // A vocabulary of characters that lost one.
        }
    }
}
