using System.Text;
using NUnit.Framework;

namespace ComputeCore.Cli.Tests;

/// <summary>The commands for language models, on a text that repeats itself.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class LanguageModelTests : IDisposable
{
    private static readonly string[] Small = ["--layers=1", "--heads=2", "--width=16", "--context=16", "--batch=4", "--validate-every=10", "--warm-up=2"];

    private readonly TemporaryFolder folder = new();
    private readonly string text;
    private readonly string run;

    public LanguageModelTests()
    {
        text = folder.File("text.txt");
        File.WriteAllText(text, string.Concat(Enumerable.Repeat("the cat sat on the mat; ", 120)));
        run = folder.File("run");
    }

    public void Dispose() => folder.Dispose();

    [Test]
    public void A_run_resumed_ends_with_the_bits_of_one_that_was_not_stopped()
    {
        Train(run, "--steps=10").IsDone();
        Train(run, "--steps=20", "--resume", "--lr=0.5").Fails("--lr 0.001", "0.5");
        Train(run, "--steps=10", "--lr=0.01", "--min-lr=0.01").Fails("already holds a run");

        // A rate that stays, so that a longer run begins as a shorter one.
        var (stopped, whole) = (folder.File("stopped"), folder.File("whole"));
        Train(stopped, "--steps=10", "--lr=0.01", "--min-lr=0.01", "--dropout=0.1", "--micro-batches=2").IsDone();
        Train(stopped, "--steps=20", "--resume").IsDone();
        Train(whole, "--steps=20", "--lr=0.01", "--min-lr=0.01", "--dropout=0.1", "--micro-batches=2").IsDone();
        Assert.That(File.ReadAllBytes(Path.Combine(stopped, "model.safetensors")), Is.EqualTo(File.ReadAllBytes(Path.Combine(whole, "model.safetensors"))));
    }

    [Test]
    public void What_is_trained_writes_on_alone_and_in_a_batch_and_is_evaluated()
    {
        Train(run, "--steps=60", "--lr=0.01").IsDone();
        string[] options = ["--tokens", "12", "--temperature", "0.8", "--top-k", "5", "--seed", "3", "--json"];
        string[] prompts = ["c", "mat;"];
        var together = Texts(Program.Run(["generate", run, "--prompt", prompts[0], "--prompt", prompts[1], .. options]));
        Assert.That(together, Is.EqualTo(prompts.Select(prompt => Texts(Program.Run(["generate", run, "--prompt", prompt, .. options])).Single())));
        Assert.That(together, Has.All.Length.EqualTo(12));

        var stopped = Program.Run("generate", run, "--prompt", "the", "--temperature", "0", "--tokens", "60", "--stop", ";", "--json");
        Assert.That(Texts(stopped).Single(), Does.Not.Contain(";"));
        var found = Program.Run("generate", run, "--prompt", "the", "--beams", "3", "--tokens", "8", "--stop", ";", "--json");
        Assert.That(Texts(found).Single(), Does.Not.Contain(";"));
        Assert.That(found.Json.GetProperty("tokens").GetInt32(), Is.EqualTo(8));

        var evaluation = Program.Run("evaluate", run, "--json").Json;
        // A character is a byte here.
        Assert.That(evaluation.GetProperty("bitsPerByte").GetDouble(), Is.EqualTo(evaluation.GetProperty("validationLoss").GetDouble() / Math.Log(2)).Within(1e-9));
        Assert.That(evaluation.GetProperty("validationLoss").GetDouble(), Is.LessThan(2));
    }

    [Test]
    public void Activations_computed_again_give_the_same_bits()
    {
        Train(run, "--steps=10", "--dropout=0.1").IsDone();
        var again = folder.File("again");
        Train(again, "--steps=10", "--dropout=0.1", "--recompute=true").IsDone();
        Assert.That(File.ReadAllBytes(Path.Combine(again, "model.safetensors")), Is.EqualTo(File.ReadAllBytes(Path.Combine(run, "model.safetensors"))));
    }

    [Test]
    public void A_configuration_comes_from_a_file_and_its_mistakes_are_told()
    {
        var file = folder.File("config.yaml");
        File.WriteAllText(file, "steps: 10\nwidht: 32\n");
        Train(run, "--config", file).Fails(file, "unknown key 'widht' in line 2", "'width'");
        File.WriteAllText(file, "steps: many\n");
        Train(run, "--config", file).Fails(file, "line 1", "steps must be a whole number, at least 1, not 'many'");
        File.WriteAllText(file, "steps: [1, 2]\n");
        Train(run, "--config", file).Fails(file, "must be one value");
        Assert.That(Directory.Exists(run), Is.False);
        File.WriteAllText(file, "steps: 10\nlr: 0.5\n");
        Train(run, "--config", file, "--lr=0.002").IsDone();
        Assert.That(File.ReadLines(Path.Combine(run, "config.yaml")), Is.SupersetOf(new[] { "steps: 10", "lr: 0.002", "width: 16" }));
    }

    [Test]
    public void Bad_input_is_told_in_a_sentence()
    {
        Program.Run("train", "gpt-char", "--text", folder.File("none.txt"), "--out", run).Fails("none.txt");
        File.WriteAllText(folder.File("empty.txt"), "");
        Program.Run("train", "gpt-char", "--text", folder.File("empty.txt"), "--out", run).Fails("empty.txt", "is empty");
        File.WriteAllBytes(folder.File("latin.txt"), [.. Encoding.ASCII.GetBytes("caf"), 0xE9, .. new byte[2000]]);
        Program.Run("train", "gpt-char", "--text", folder.File("latin.txt"), "--out", run).Fails("latin.txt", "is not UTF-8");
        Assert.That(Directory.Exists(run), Is.False);

        Train(run, "--steps=10").IsDone();
        Program.Run("generate", run, "--prompt", new string('t', 17), "--json").Fails("17 tokens", "context of 16");
        Program.Run("generate", run, "--prompt", "Zebra", "--json").Fails("'Z'");
        Program.Run("translate", run, "the cat").Fails("gpt-char", "translation model");
        Program.Run("classify", run, "image.png").Fails("gpt-char", "fashion-mnist");

        var other = folder.File("other");
        File.WriteAllText(text, string.Concat(Enumerable.Repeat("abc ", 500)));
        Train(other, "--steps=10").IsDone();
        File.Copy(Path.Combine(other, "tokenizer.json"), Path.Combine(run, "tokenizer.json"), overwrite: true);
        Program.Run("generate", run, "--prompt", "abc", "--json").Fails("tokenizer.json", "vocabulary of 4 tokens", "model.safetensors");
    }

    private Outcome Train(string into, params string[] options) => Program.Run(["train", "gpt-char", "--text", text, "--out", into, .. Small, .. options]);

    private static IEnumerable<string> Texts(Outcome outcome) => [.. outcome.Json.GetProperty("texts").EnumerateArray().Select(entry => entry.GetProperty("text").GetString()!)];
}
