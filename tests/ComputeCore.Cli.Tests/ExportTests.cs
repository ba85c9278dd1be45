using ComputeCore.Formats.Safetensors;
using NUnit.Framework;

namespace ComputeCore.Cli.Tests;

public sealed class ExportTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Test]
    public void Another_framework_gets_the_weights_and_batches_that_training_begins_with()
    {
        var (text, path) = (folder.File("text.txt"), folder.File("recipe.safetensors"));
        File.WriteAllText(text, string.Concat(Enumerable.Repeat("abcdefgh", 40)));
        string[] settings = ["--text", text, "--layers=1", "--heads=2", "--width=8", "--context=8", "--batch=2", "--validate-every=2", "--steps=3", "--micro-batches=2", "--lr=1e-12", "--min-lr=0"];
        var document = Program.Run(["data", "export", "gpt-char", "--out", path, "--json", .. settings]).Json;
        Assert.That(document.GetProperty("trainingBatches").GetInt32(), Is.EqualTo(6));
        Assert.That(document.GetProperty("validationBatches").GetInt32(), Is.EqualTo(1));

        using var file = SafetensorsFile.Open(path);
        for (var batch = 0; batch < 6; batch++)
        {
            var tokens = file.View($"training.{batch}.0").AsSpan<int>();
            var following = file.View($"training.{batch}.1").AsSpan<long>();
            for (var i = 0; i < tokens.Length; i++)
                Assert.That(following[i], Is.EqualTo((tokens[i] + 1) % 8));
        }

        Assert.That(file.View("training.0.0").Bytes.SequenceEqual(file.View("training.1.0").Bytes), Is.False);

        // At a rate of almost nothing the first weights are the last.
        Program.Run(["train", "gpt-char", "--out", folder.File("run"), .. settings]).IsDone();
        using var trained = SafetensorsFile.Open(Path.Combine(folder.File("run"), "model.safetensors"));
        foreach (var name in trained.Names)
            Assert.That(file.View($"weights.{name}").ToDoubles(), Is.EqualTo(trained.View(name).ToDoubles()).Within(1e-9), name);
    }
}
