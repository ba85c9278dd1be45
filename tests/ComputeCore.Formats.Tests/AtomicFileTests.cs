using System.Diagnostics;
using ComputeCore.Formats.Safetensors;
using NUnit.Framework;

namespace ComputeCore.Formats.Tests;

public sealed class AtomicFileTests
{
    [Test]
    public void A_write_that_fails_leaves_the_old_file_and_nothing_else()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("weights");
        AtomicFile.Write(path, stream => stream.Write("old"u8));

        Assert.Throws<InvalidOperationException>(() => AtomicFile.Write(path, stream =>
        {
            stream.Write("new"u8);
            throw new InvalidOperationException();
        }));

        Assert.That(File.ReadAllText(path), Is.EqualTo("old"));
        Assert.That(folder.FileNames, Is.EqualTo(new[] { "weights" }));
    }

    [Test]
    public void A_write_replaces_the_old_file()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("weights");
        AtomicFile.Write(path, stream => stream.Write("something long"u8));
        AtomicFile.Write(path, stream => stream.Write("new"u8));
        Assert.That(File.ReadAllText(path), Is.EqualTo("new"));
        Assert.That(folder.FileNames, Is.EqualTo(new[] { "weights" }));
    }

    [Test]
    public void Leftovers_of_a_killed_writer_go_with_the_next_write_and_those_of_a_living_one_stay()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File(".weights.dead.partial"), "leftover");
        File.WriteAllText(folder.File(".other.dead.partial"), "of another file");
        using var living = new FileStream(folder.File(".weights.living.partial"), FileMode.CreateNew, FileAccess.Write, FileShare.None);

        AtomicFile.Write(folder.File("weights"), stream => stream.Write("new"u8));

        Assert.That(folder.FileNames, Is.EqualTo(new[] { ".other.dead.partial", ".weights.living.partial", "weights" }));
    }

    [Test]
    [Platform("Linux")]
    public void A_folder_that_cannot_be_written_to_is_an_error()
    {
        Assert.That(
            () => AtomicFile.Write("/proc/weights", stream => stream.Write("x"u8)),
            Throws.InstanceOf<IOException>().Or.InstanceOf<UnauthorizedAccessException>());
        Assert.That(() => AtomicFile.Write("/nowhere/weights", _ => { }), Throws.InstanceOf<IOException>());
    }

    [Test]
    [Platform("Linux")]
    public void A_full_disk_is_an_error_and_leaves_the_old_file_and_nothing_else()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("weights.safetensors");
        WriterProcess.WriteGeneration(path, 0);

        using var process = WriterProcess.Start("write-with-full-disk", path);
        process.WaitForExit();

        Assert.That(process.ExitCode, Is.EqualTo(WriterProcess.WriteFailed));
        Assert.That(WriterProcess.ReadGeneration(path), Is.Zero);
        Assert.That(folder.FileNames, Is.EqualTo(new[] { "weights.safetensors" }));
    }

    [Test]
    [Platform("Linux")]
    public void A_full_device_is_an_error()
    {
        using var full = new FileStream("/dev/full", FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        Assert.That(
            () => SafetensorsWriter.Write(full, new Dictionary<string, TensorData> { ["x"] = TensorData.Scalar(1f) }),
            Throws.InstanceOf<IOException>());
    }

    [Test]
    public void A_writer_killed_at_any_moment_leaves_a_whole_file()
    {
        const int Kills = 20;
        using var folder = new TemporaryFolder();
        var path = folder.File("weights.safetensors");
        var random = new Random(1);
        var generations = new List<int>();
        for (var kill = 0; kill < Kills; kill++)
        {
            using var process = WriterProcess.Start("write-repeatedly", path);
            process.StandardOutput.ReadLine();
            var lifetime = Stopwatch.StartNew();
            var end = TimeSpan.FromMicroseconds(random.Next(30_000));
            while (lifetime.Elapsed < end)
                Thread.Yield();
            process.Kill();
            process.WaitForExit();
            generations.Add(WriterProcess.ReadGeneration(path));
        }

        Assert.That(generations, Has.Some.GreaterThan(0), "no process lived long enough to be killed in a later write");
        WriterProcess.WriteGeneration(path, 0);
        Assert.That(folder.FileNames, Is.EqualTo(new[] { "weights.safetensors" }));
    }
}
