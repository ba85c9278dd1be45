using NUnit.Framework;

namespace ComputeCore.Cli.Tests;

public sealed class TokenizerTests
{
    private const string Verse = "Call me Ishmael. Some years ago, never mind how long precisely, some years ago, call me Ishmael.\n";

    [TestCase("bpe", 270)]
    [TestCase("wordpiece", 60)]
    [TestCase("char", 60)]
    public void A_tokenizer_is_trained_and_used(string kind, int size)
    {
        using var folder = new TemporaryFolder();
        var (text, tokenizer) = (folder.File("text.txt"), folder.File("tokenizer.json"));
        File.WriteAllText(text, Verse);
        var trained = Program.Run("tokenizer", "train", "--kind", kind, "--vocab", $"{size}", "--out", tokenizer, text, "--json").Json;
        Assert.That(trained.GetProperty("vocabularySize").GetInt32(), Is.InRange(10, size));
        Assert.That(trained.GetProperty("bytes").GetInt32(), Is.EqualTo(Verse.Length));

        var tokens = Program.Run("tokenize", "--tokenizer", tokenizer, "--file", text, "--json").Json;
        Assert.That(tokens.GetProperty("roundTrips").GetBoolean(), Is.EqualTo(kind != "wordpiece"));
        var ids = string.Join(' ', tokens.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32()));
        Assert.That(Program.Run("tokenize", "--tokenizer", tokenizer, "--file", text, "--ids").Output.TrimEnd(), Is.EqualTo(ids));
        Assert.That(Program.Run("tokenize", "--tokenizer", tokenizer, "--file", text).Output, Does.Contain("bytes a token"));
        var decoded = Program.Run("tokenize", "--tokenizer", tokenizer, "--decode", ids, "--json").Json.GetProperty("text").GetString()!;
        Assert.That(decoded, kind == "wordpiece" ? Does.StartWith("call me ishmael . some years") : Is.EqualTo(Verse));
    }

    [Test]
    public void Bad_input_is_told_in_a_sentence_and_leaves_nothing()
    {
        using var folder = new TemporaryFolder();
        var (tokenizer, latin, empty, broken) = (folder.File("tokenizer.json"), folder.File("latin.txt"), folder.File("empty.txt"), folder.File("broken.json"));
        File.WriteAllBytes(latin, [.. "Caf"u8, 0xE9, .. " crème"u8]);
        File.WriteAllBytes(empty, []);
        File.WriteAllText(broken, """{"model": {"type": "BPE", "vocab": {"a": 0""");
        Train(latin).Fails("latin.txt", "not UTF-8", "0xE9", "offset 3");
        Train(empty).Fails("empty.txt", "empty");
        Train(folder.File("nothing.txt")).Fails("nothing.txt");
        Train(broken, "--vocab", "100").Fails("at least 256");
        Assert.That(folder.FileNames, Is.EqualTo(new[] { "broken.json", "empty.txt", "latin.txt" }));

        Program.Run("tokenize", "--tokenizer", broken, "x").Fails("broken.json", "is not JSON");
        Program.Run("tokenize", "--tokenizer", empty, "x").Fails("empty.txt", "is empty");
        Train(broken, "--kind", "char").IsDone();
        Program.Run("tokenize", "--tokenizer", tokenizer, "--decode", "0 9999").Fails("no token 9999", "from 0 to");
        Program.Run("tokenize", "--tokenizer", tokenizer, "--decode", "0 x").Fails("'x' is no token id");
        Program.Run("tokenize", "--tokenizer", tokenizer, "é").Fails("U+00E9", "is not among");
        Program.Run("tokenize", "--tokenizer", tokenizer, "--file", latin).Fails("offset 3");
        Program.Run("tokenize", "--tokenizer", tokenizer).IsRefused("computecore tokenize", "needs a TEXT");

        Outcome Train(params string[] arguments) => Program.Run(["tokenizer", "train", "--out", tokenizer, .. arguments]);
    }
}
