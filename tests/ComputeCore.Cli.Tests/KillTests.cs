using System.Diagnostics;
using ComputeCore.Formats.Safetensors;
using NUnit.Framework;

namespace ComputeCore.Cli.Tests;

public class KillTests
{
    private const int Kills = 50;

    [Test]
    public void A_run_killed_at_fifty_random_moments_resumes_each_time_and_ends_with_the_same_bits()
    {
        using var folder = new TemporaryFolder();
        var data = SyntheticData.Write(folder.File("data"), training: 64, test: 10);
        var run = folder.File("run");
        var checkpoint = Path.Combine(run, "checkpoint", "last.safetensors");
        var random = new Random(1);
        var inTheMiddle = 0;
        for (var kill = 0; kill < Kills; kill++)
        {
            var start = DateTime.UtcNow;
            var before = File.GetLastWriteTimeUtc(checkpoint);
            string[] resume = File.Exists(Path.Combine(run, "run.json")) ? ["--resume"] : [];
            using var process = Program.Start(["train", "fashion-mnist", "--data", data, "--out", run, "--epochs", "1000000", "--batch", "32", .. resume]);
            // One in ten dies at any moment of its start; of the others half in the epochs after the first save, half in a save.
            if (kill % 10 == 0)
                Thread.Sleep(random.Next(600));
            else
                WaitUntil(process, () => File.GetLastWriteTimeUtc(checkpoint) != before);
            if (random.Next(2) == 0)
                Thread.Sleep(random.Next(100));
            else
                WaitUntil(process, () => HasUnfinishedFile(run, start));
            if (process.HasExited)
                Assert.Fail($"After {kill} kills: {Program.Finish(process).Error}");
            process.Kill();
            process.WaitForExit();
            inTheMiddle += HasUnfinishedFile(run, start) ? 1 : 0;
        }

        var epochs = EpochsDone(checkpoint) + 1;
        TestContext.Out.WriteLine($"{inTheMiddle} of {Kills} kills in the middle of a file, {epochs} epochs");
        Assert.That(inTheMiddle, Is.Positive, "Some kill must have hit a file being written.");
        Train(run, "--resume").IsDone();
        Train(folder.File("whole")).IsDone();
        foreach (var file in new[] { "model.safetensors", "checkpoint/last.safetensors", "checkpoint/best.safetensors" })
            Assert.That(Tensors(Path.Combine(run, file)), Is.EqualTo(Tensors(Path.Combine(folder.File("whole"), file))), file);

        Outcome Train(string into, params string[] options) =>
            Program.Run(["train", "fashion-mnist", "--data", data, "--out", into, "--epochs", $"{epochs}", "--batch", "32", .. options]);
    }

    private static void WaitUntil(Process process, Func<bool> condition)
    {
        while (!process.HasExited && !condition())
            Thread.Sleep(1);
    }

    // Files that an earlier kill left are older.
    private static bool HasUnfinishedFile(string run, DateTime since) =>
        Directory.Exists(run) && Directory.EnumerateFiles(run, "*.partial", SearchOption.AllDirectories).Any(file => File.GetLastWriteTimeUtc(file) > since);

    private static int EpochsDone(string checkpoint)
    {
        using var file = SafetensorsFile.Open(checkpoint);
        return int.Parse(file.Metadata["validations"]);
    }

    private static byte[][] Tensors(string path)
    {
        using var file = SafetensorsFile.Open(path);
        return [.. file.Names.Order(StringComparer.Ordinal).Select(name => file.View(name).Bytes.ToArray())];
    }
}
