using NUnit.Framework;

namespace ComputeCore.Cli.Tests;

/// <summary>The commands for translation, on a few sentences.</summary>
public sealed class TranslationTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Test]
    public void A_test_sentence_longer_than_the_context_is_left_out_and_counted()
    {
        var (data, run) = (folder.File("data"), folder.File("run"));
        Directory.CreateDirectory(data);
        var pairs = string.Concat(Enumerable.Range(0, 8).Select(i => $"page\topen file number {i} now\t现在打开文件{i}\n"));
        File.WriteAllText(Path.Combine(data, "train.tsv"), pairs);
        File.WriteAllText(Path.Combine(data, "validation.tsv"), pairs);
        File.WriteAllText(Path.Combine(data, "test.tsv"), $"{pairs}page\t{string.Join(' ', Enumerable.Range(100, 60))}\t很长\n");
        Program.Run("train", "translate", "--data", data, "--out", run, "--layers=1", "--heads=2", "--width=8", "--hidden=16", "--vocabulary=300", "--context=48", "--steps=2").IsDone();

        var evaluation = Program.Run("evaluate", run, "--json").Json;
        Assert.That(evaluation.GetProperty("sentences").GetInt32(), Is.EqualTo(8));
        Assert.That(evaluation.GetProperty("leftOut").GetInt32(), Is.EqualTo(1));
        Assert.That(evaluation.GetProperty("bleu").GetDouble(), Is.InRange(0, 100));
        Program.Run("translate", run, string.Join(' ', Enumerable.Range(100, 60))).Fails("more than the model's context of 48");
    }
}
