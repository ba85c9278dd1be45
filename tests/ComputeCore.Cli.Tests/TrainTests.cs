using System.Text.Json;
using ComputeCore.Formats.Safetensors;
using NUnit.Framework;

namespace ComputeCore.Cli.Tests;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class TrainTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly string data;
    private readonly string run;

    public TrainTests()
    {
        data = SyntheticData.Write(folder.File("data"), training: 100, test: 30);
        run = folder.File("run");
    }

    public void Dispose() => folder.Dispose();

    [Test]
    public void A_run_leaves_its_files_and_prints_one_document()
    {
        var metrics = folder.File("elsewhere.jsonl");
        var document = Train("--device", "cpu", "--epochs", "2", "--batch", "40", "--lr", "0.002", "--seed", "7", "--metrics", metrics, "--json").Json;

        Assert.That(Names(document), Is.EqualTo(new[] { "device", "epochs", "gflops", "peakFraction", "plannedBytes", "peakMemoryBytes", "run" }));
        Assert.That(document.GetProperty("device").GetString(), Is.EqualTo("cpu"));
        Assert.That(document.GetProperty("run").GetString(), Is.EqualTo(run));
        Assert.That(document.GetProperty("peakMemoryBytes").GetInt64(), Is.Positive);
        var epochs = document.GetProperty("epochs").EnumerateArray().ToArray();
        Assert.That(epochs.Select(epoch => epoch.GetProperty("epoch").GetInt32()), Is.EqualTo(new[] { 1, 2 }));
        foreach (var epoch in epochs)
            Assert.That(Names(epoch), Is.EqualTo(new[] { "epoch", "trainLoss", "trainAccuracy", "testLoss", "testAccuracy", "seconds", "imagesPerSecond" }));

        Assert.That(File.ReadLines(Path.Combine(run, "config.yaml")), Is.SupersetOf(new[] { "seed: 7", "epochs: 2", "batch: 40", "lr: 0.002" }));
        var description = Read(Path.Combine(run, "run.json"));
        Assert.That(description.GetProperty("arguments").EnumerateArray().First().GetString(), Is.EqualTo("train"));
        Assert.That(Files(run), Is.EqualTo(new[]
        {
            "checkpoint/best.safetensors", "checkpoint/last.safetensors", "config.yaml", "confusion.png", "curves.png", "model.safetensors", "run.json", "validations.json",
        }));

        // Three batches an epoch: a line for each epoch's last step.
        var lines = File.ReadLines(metrics).Select(line => JsonSerializer.Deserialize<JsonElement>(line)).ToArray();
        Assert.That(lines.Select(line => line.GetProperty("step").GetInt32()), Is.EqualTo(new[] { 3, 6 }));
        foreach (var line in lines)
        {
            Assert.That(Names(line), Is.EqualTo(new[] { "step", "epoch", "loss", "accuracy", "learningRate", "imagesPerSecond", "peakMemoryBytes" }));
            Assert.That(line.GetProperty("learningRate").GetDouble(), Is.EqualTo(0.002).Within(1e-9));
        }

        foreach (var picture in new[] { "curves.png", "confusion.png" })
            Assert.That(ComputeCore.Data.ImageFile.Load(Path.Combine(run, picture), 3).Shape[2], Is.GreaterThan(500), picture);
    }

    [Test]
    public void People_get_a_line_for_each_epoch_and_the_result()
    {
        var outcome = Train("--epochs", "2");
        outcome.IsDone();
        Assert.That(outcome.Output, Does.Contain("100 training and 30 test images, 421,642 parameters")
            .And.Contain("\nepoch 1  loss ").And.Contain("\nepoch 2  loss ").And.Contain(" GFLOP/s, ").And.Contain(" of the device's peak, peak memory ").And.Contain($"\nrun {run}\n"));
        Assert.That(File.ReadLines(Path.Combine(run, "metrics.jsonl")).Count(), Is.EqualTo(2));
    }

    [Test]
    public void The_same_seed_gives_the_same_weights_and_another_seed_others()
    {
        Train("--epochs", "1").IsDone();
        Program.Run("train", "fashion-mnist", "--data", data, "--epochs", "1", "--out", folder.File("same")).IsDone();
        Program.Run("train", "fashion-mnist", "--data", data, "--epochs", "1", "--out", folder.File("other"), "--seed", "1").IsDone();
        Assert.That(Weights(folder.File("same")), Is.EqualTo(Weights(run)));
        Assert.That(Weights(folder.File("other")), Is.Not.EqualTo(Weights(run)));
    }

    [Test]
    public void Ctrl_C_saves_the_run_and_exits_with_130_and_the_run_goes_on_as_if_nothing_had_happened()
    {
        using var process = Program.StartInterruptible("train", "fashion-mnist", "--data", data, "--epochs", "1000", "--batch", "10", "--out", run, "--json");
        var metrics = Path.Combine(run, "metrics.jsonl");
        while (!process.HasExited && !(File.Exists(metrics) && new FileInfo(metrics).Length > 0))
            Thread.Sleep(10);
        Train("--resume").Fails($"Another process trains in the folder '{run}'.");
        Program.Interrupt(process);
        var isInTime = process.WaitForExit(TimeSpan.FromSeconds(2));
        if (!isInTime)
            process.Kill();
        Assert.That(isInTime);
        var outcome = Program.Finish(process);
        Assert.That((outcome.ExitCode, outcome.Output), Is.EqualTo((130, "")));
        Assert.That(outcome.Error, Does.Match($"^computecore: Interrupted after step [0-9]+; the run is saved, and '--resume --out {run}' goes on with it.\n$"));

        var epochs = $"{EpochsDone() + 1}";
        Train("--resume", "--epochs", epochs).IsDone();
        var whole = folder.File("whole");
        Program.Run("train", "fashion-mnist", "--data", data, "--epochs", epochs, "--batch", "10", "--out", whole).IsDone();
        Assert.That(Weights(run), Is.EqualTo(Weights(whole)));
        Assert.That(Losses(run), Is.EqualTo(Losses(whole)));

        int EpochsDone()
        {
            using var checkpoint = SafetensorsFile.Open(Path.Combine(run, "checkpoint", "last.safetensors"));
            return int.Parse(checkpoint.Metadata["validations"]);
        }
    }

    [Test]
    public void A_run_is_neither_overwritten_nor_resumed_with_other_settings()
    {
        Train("--epochs", "1").IsDone();
        var before = Weights(run);
        Train("--epochs", "1").Fails($"'{run}' already holds a run", "--resume");
        Train("--resume", "--batch", "32").Fails("--batch 64", "32");
        Train("--resume", "--lr", "0.5").Fails("--lr 0.001", "0.5");
        Train("--resume", "--seed", "3").Fails("--seed 0", "3");
        Train("--resume", "--device", "reference").Fails("--device cpu", "reference");
        Assert.That(Weights(run), Is.EqualTo(before));
        Train("--resume", "--epochs", "2", "--batch", "64").IsDone();
        Assert.That(Weights(run), Is.Not.EqualTo(before));
    }

    [Test]
    public void A_folder_that_holds_no_run_is_not_resumed() =>
        Train("--resume").Fails($"The folder '{run}' is not a run's: it holds no run.json.");

    [Test]
    public void A_damaged_checkpoint_is_told()
    {
        Train("--epochs", "1").IsDone();
        File.WriteAllText(Path.Combine(run, "checkpoint", "last.safetensors"), "no tensors");
        Train("--resume", "--epochs", "2").Fails("last.safetensors");
        File.WriteAllText(Path.Combine(run, "run.json"), "{");
        Train("--resume", "--epochs", "2").Fails("run.json");
    }

    [Test]
    public void A_folder_that_cannot_be_written_is_told() =>
        Program.Run("train", "fashion-mnist", "--data", data, "--out", "/proc/run").Fails("The run's folder '/proc/run' can't be written");

    [Test]
    public void A_device_that_does_not_exist_leaves_nothing_behind()
    {
        Train("--device", "vulkan:999").Fails("There is no device 'vulkan:999'");
        Assert.That(Directory.Exists(run), Is.False);
    }

    [Test]
    public void Data_that_cannot_be_read_are_told_and_leave_nothing_behind()
    {
        var (images, labels) = (SyntheticData.ImagesFile(data, "train"), SyntheticData.LabelsFile(data, "train"));
        var whole = File.ReadAllBytes(images);
        Program.Run("train", "fashion-mnist", "--data", folder.File("nowhere"), "--out", run).Fails(folder.File("nowhere"), "train-images-idx3-ubyte");

        File.WriteAllBytes(images, whole[..(whole.Length / 2)]);
        Train().Fails(images);
        SyntheticData.WriteIdx(images, [100, 28, 28], new byte[100 * 28 * 28], magic: 1);
        Train().Fails(images);
        SyntheticData.WriteIdx(images, [100, 14, 56], new byte[100 * 28 * 28]);
        Train().Fails(images, "u8[100, 14, 56]");
        SyntheticData.WriteIdx(images, [99, 28, 28], new byte[99 * 28 * 28]);
        Train().Fails(labels, "holds 100 labels", "holds 99 images");
        File.WriteAllBytes(images, whole);
        SyntheticData.WriteIdx(labels, [100], [.. Enumerable.Repeat((byte)11, 100)]);
        Train().Fails(labels, "holds 11 as label 0");
        Assert.That(Directory.Exists(run), Is.False);
    }

    [Test]
    public void A_full_disk_ends_training_with_a_sentence_and_leaves_the_earlier_checkpoint_whole()
    {
        Train("--epochs", "1").IsDone();
        var checkpoint = File.ReadAllBytes(Path.Combine(run, "checkpoint", "last.safetensors"));

        // The model has 1.7 million bytes, a checkpoint three times as many.
        string[] arguments = ["train", "fashion-mnist", "--data", data, "--out", run, "--resume", "--epochs", "2"];
        var outcome = Program.RunWithFileSizeLimit(3000, [.. arguments, "--json"]);
        outcome.Fails("too large");
        Assert.That(File.ReadAllBytes(Path.Combine(run, "checkpoint", "last.safetensors")), Is.EqualTo(checkpoint));
        Assert.That(Files(run), Has.None.EndsWith(".partial"));

        Program.Run(arguments).IsDone();
        var whole = folder.File("whole");
        Program.Run("train", "fashion-mnist", "--data", data, "--epochs", "2", "--out", whole).IsDone();
        Assert.That(Weights(run), Is.EqualTo(Weights(whole)));
    }

    [Test]
    public void Metrics_that_find_no_space_end_training_with_a_sentence() =>
        Train("--epochs", "1", "--json", "--metrics", "/dev/full").Fails("No space left on device", "/dev/full");

    private Outcome Train(params string[] options) => Program.Run(["train", "fashion-mnist", "--data", data, "--out", run, .. options]);

    private static IEnumerable<string> Names(JsonElement document) => document.EnumerateObject().Select(property => property.Name);

    private static JsonElement Read(string path) => JsonSerializer.Deserialize<JsonElement>(File.ReadAllText(path));

    private static byte[] Weights(string run) => File.ReadAllBytes(Path.Combine(run, "model.safetensors"));

    private static IEnumerable<(long, double)> Losses(string run) => File.ReadLines(Path.Combine(run, "metrics.jsonl"))
        .Select(line => JsonSerializer.Deserialize<JsonElement>(line))
        .Select(line => (line.GetProperty("step").GetInt64(), line.GetProperty("loss").GetDouble()));

    private static IEnumerable<string> Files(string run) => Directory.EnumerateFiles(run, "*", SearchOption.AllDirectories)
        .Select(path => Path.GetRelativePath(run, path)).Order(StringComparer.Ordinal);
}
