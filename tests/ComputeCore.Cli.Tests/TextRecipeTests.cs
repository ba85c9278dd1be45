using NUnit.Framework;

namespace ComputeCore.Cli.Tests;

/// <summary>What all recipes on text have in common.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class TextRecipeTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly string run;

    public TextRecipeTests() => run = folder.File("run");

    public void Dispose() => folder.Dispose();

    [TestCase("gpt-bpe", "validationLoss", "perplexity", "accuracy", "bitsPerByte")]
    [TestCase("bert-mlm", "validationLoss", "perplexity", "accuracy")]
    [TestCase("translate", "validationLoss", "perplexity", "accuracy", "bleu", "signature", "sentences", "leftOut", "translations")]
    public void A_run_that_was_interrupted_ends_with_the_bits_of_one_that_was_not(string recipe, params string[] evaluated)
    {
        string[] options = ["--steps=1000", "--lr=0.01", "--dropout=0.1", "--micro-batches=2"];
        SyntheticText.Train(recipe, folder, run, options).IsDone();

        var stopped = folder.File("stopped");
        var process = Program.StartInterruptible(SyntheticText.Arguments(recipe, folder, stopped, options));
        while (!process.HasExited && !File.Exists(Path.Combine(stopped, "checkpoint", "last.safetensors")))
            Thread.Sleep(10);
        Program.Interrupt(process);
        var outcome = Program.Finish(process);
        Assert.That(outcome.ExitCode, Is.EqualTo(130), outcome.Error);
        SyntheticText.Train(recipe, folder, stopped, [.. options, "--resume"]).IsDone();
        Assert.That(File.ReadAllBytes(Path.Combine(stopped, "model.safetensors")), Is.EqualTo(File.ReadAllBytes(Path.Combine(run, "model.safetensors"))));

        var document = Program.Run("evaluate", run, "--json").Json;
        Assert.That(document.EnumerateObject().Select(property => property.Name), Is.EqualTo(new[] { "run", "device" }.Concat(evaluated)));
        Assert.That(document.GetProperty("validationLoss").GetDouble(), Is.EqualTo(Math.Log(document.GetProperty("perplexity").GetDouble())).Within(1e-9));
    }

    [Test]
    public void A_file_is_translated_line_by_line_and_what_can_not_be_is_told()
    {
        SyntheticText.Train("translate", folder, run, "--steps=10").IsDone();
        var file = folder.File("sentences.txt");
        File.WriteAllText(file, "\uFEFFthe old cat sees the dog.\r\n\r\nthe new dog moves the cat.\n");
        var translations = Program.Run("translate", run, "--file", file, "--json").Json.GetProperty("translations").EnumerateArray().ToArray();
        Assert.That(translations.Select(pair => pair.GetProperty("source").GetString()), Is.EqualTo(new[] { "the old cat sees the dog.", "", "the new dog moves the cat." }));
        Assert.That(translations[1].GetProperty("translation").GetString(), Is.Empty);
        Assert.That(
            Program.Run("translate", run, "--file", file).Output,
            Is.EqualTo(string.Concat(translations.Select(pair => pair.GetProperty("translation").GetString() + "\n"))));

        File.WriteAllText(file, $"the old cat sees the dog.\n{new string('x', 32)}\n");
        Program.Run("translate", run, "--file", file).Fails($"Line 2 of '{file}' has 33 tokens", "context of 32");
        Program.Run("translate", run, new string('x', 40)).Fails("The sentence has 41 tokens", "context of 32");
        File.WriteAllBytes(file, [.. "caf"u8, 0xE9]);
        Program.Run("translate", run, "--file", file).Fails("sentences.txt", "not UTF-8", "offset 3");
        Program.Run("generate", run, "--prompt", "the").Fails("translate", "language model");

        File.WriteAllText(Path.Combine(folder.File("pairs"), "test.tsv"), "page\tonly English\n");
        Program.Run("evaluate", run).Fails("test.tsv", "has 2 fields in line 1");
    }

    [Test]
    public void Damaged_files_of_a_run_are_named()
    {
        SyntheticText.Train("gpt-bpe", folder, run, "--steps=10").IsDone();
        var (tokenizer, tokens, model) = (Path.Combine(run, "tokenizer.json"), Path.Combine(run, "validation.tokens"), Path.Combine(run, "model.safetensors"));
        Program.Run("generate", run, "--prompt", "").Fails("at least one token");
        Program.Run("generate", run, "--prompt", "the", "--beams", "2", "--temperature", "0.5").IsRefused("computecore generate", "--temperature", "--beams");
        Program.Run("generate", run, "--prompt", "the", "--length-penalty", "1").IsRefused("computecore generate", "--length-penalty", "--beams");

        var whole = File.ReadAllBytes(model);
        File.WriteAllBytes(model, whole[..^4]);
        Program.Run("generate", run, "--prompt", "the").Fails("model.safetensors");
        File.WriteAllBytes(model, whole);

        // A vocabulary of another size: of the text's tokens, and of the weights.
        var other = folder.File("other");
        Program.Run([.. SyntheticText.Arguments("gpt-bpe", folder, other, "--steps=10").Select(argument => argument.Replace("--vocabulary=320", "--vocabulary=270"))]).IsDone();
        File.Copy(Path.Combine(other, "validation.tokens"), tokens, overwrite: true);
        Program.Run("evaluate", run).Fails("validation.tokens", "vocabulary of 270", "has one of 3");
        File.Copy(Path.Combine(other, "tokenizer.json"), tokenizer, overwrite: true);
        Program.Run("generate", run, "--prompt", "the").Fails("tokenizer.json", "vocabulary of 270 tokens", "model.safetensors");
        Program.Run("embeddings", run, "the").Fails("tokenizer.json", "vocabulary of 270 tokens");

        File.WriteAllText(tokenizer, """{"model": {"type": "BPE", "vocab": {"a": 0""");
        Program.Run("generate", run, "--prompt", "the").Fails("tokenizer.json", "is not JSON");
        Program.Run("evaluate", run).Fails("tokenizer.json", "is not JSON");
        File.WriteAllText(tokenizer, "");
        Program.Run("attention", run, "the").Fails("tokenizer.json", "is empty");
    }
}
