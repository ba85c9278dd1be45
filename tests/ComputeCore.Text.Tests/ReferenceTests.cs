using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using NUnit.Framework;

namespace ComputeCore.Text.Tests;

/// <summary>The ids, character by character, of a megabyte of English, Chinese, code and emoji, and of nasty cases.</summary>
public sealed class ReferenceTests
{
    [TestCase("gpt2", "gpt2-tokenizer", "encoder.json")]
    [TestCase("gpt2", "gpt2-tokenizer", "vocab.bpe")]
    [TestCase("qwen3", "qwen3-tokenizer", "tokenizer.json")]
    [TestCase("bert-uncased", "bert-tokenizer", "vocab.txt")]
    public void Real_vocabularies_give_the_references_ids(string reference, string dataset, string file)
    {
        var tokenizer = Tokenizer.Load(Corpus.Fetched(dataset, file));
        Corpus.AssertIdsAreTheReferences(tokenizer, reference, Corpus.Documents);

        using var folder = new TemporaryFolder();
        tokenizer.Save(folder.File("tokenizer.json"));
        Corpus.AssertIdsAreTheReferences(Tokenizer.Load(folder.File("tokenizer.json")), reference, Corpus.Documents);
    }

    [Test]
    public void A_cased_vocabulary_gives_the_references_ids()
    {
        using var folder = new TemporaryFolder();
        File.Copy(Corpus.Fetched("bert-tokenizer", "vocab.txt"), folder.File("vocab.txt"));
        File.WriteAllText(folder.File("tokenizer_config.json"), """{"do_lower_case": false}""");
        Corpus.AssertIdsAreTheReferences(Tokenizer.Load(folder.File("vocab.txt")), "bert-cased", Corpus.Documents);
    }

    [TestCase("gpt2-tokenizer", "encoder.json")]
    [TestCase("qwen3-tokenizer", "tokenizer.json")]
    public void What_is_encoded_decodes_to_itself_at_once_and_token_by_token(string dataset, string file)
    {
        var tokenizer = Tokenizer.Load(Corpus.Fetched(dataset, file));
        foreach (var document in Corpus.Documents)
        {
            var ids = tokenizer.Encode(document);
            var text = dataset == "qwen3-tokenizer" ? Encoding.UTF8.GetString(CanonicalNormalization.Compose(Encoding.UTF8.GetBytes(document), new ArrayBufferWriter<byte>())) : document;
            Assert.That(tokenizer.Decode(ids), Is.EqualTo(text));
            var decoder = tokenizer.CreateDecoder();
            Assert.That(string.Concat(ids.Select(decoder.Append)) + decoder.Finish(), Is.EqualTo(text));
        }
    }

    [Test]
    public void Normalization_is_Unicodes()
    {
        var expected = File.ReadAllLines(Corpus.PathOf("normalization.sha256"));
        Assert.That((Hash(compose: true), Hash(compose: false)), Is.EqualTo((expected[0], expected[1])));
    }

    private static string Hash(bool compose)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new ArrayBufferWriter<byte>();
        foreach (var rune in Assigned())
        {
            var text = Encoding.UTF8.GetBytes($"{rune} a{rune} {rune}\u0323\u0301 \u0301{rune}\u0327 e\u0308{rune}{rune}");
            hash.AppendData(Encoding.UTF8.GetBytes(rune.Value.ToString(CultureInfo.InvariantCulture) + ":"));
            hash.AppendData(compose ? CanonicalNormalization.Compose(text, buffer) : CanonicalNormalization.Decompose(text, buffer));
            hash.AppendData("\n"u8);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>The characters of Unicode 15, which the golden file lists as ranges.</summary>
    private static IEnumerable<Rune> Assigned() => File.ReadLines(Corpus.PathOf("normalization.sha256")).Skip(2)
        .Select(line => line.Split('-').Select(part => int.Parse(part, NumberStyles.HexNumber, CultureInfo.InvariantCulture)).ToArray())
        .SelectMany(range => Enumerable.Range(range[0], range[1] - range[0] + 1))
        .Select(code => new Rune(code));
}
