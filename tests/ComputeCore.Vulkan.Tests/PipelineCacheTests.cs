using NUnit.Framework;

namespace ComputeCore.Vulkan.Tests;

/// <summary>What drivers compiled is kept on disk; whatever lies there instead does no harm.</summary>
public class PipelineCacheTests
{
    private string folder = "";

    [SetUp]
    public void Create() => folder = Directory.CreateTempSubdirectory().FullName;

    [TearDown]
    public void Delete() => Directory.Delete(folder, recursive: true);

    [Test]
    public void The_cache_is_written_and_read_again()
    {
        Work(folder);
        var file = Directory.EnumerateFiles(folder).Single();
        var written = File.ReadAllBytes(file);
        Assert.That(written, Has.Length.GreaterThan(32));
        Work(folder);
        Assert.That(Directory.EnumerateFiles(folder), Is.EqualTo(new[] { file }));
        Assert.That(File.ReadAllBytes(file), Is.EqualTo(written));
    }

    [Test]
    public void Damaged_files_are_replaced()
    {
        Work(folder);
        var file = Directory.EnumerateFiles(folder).Single();
        var written = File.ReadAllBytes(file);
        var random = new Random(3);
        var noise = new byte[5000];
        random.NextBytes(noise);
        foreach (var content in new[] { [], [1], new byte[32], noise, written[..^1], [.. written, 0], Flipped(written, 3), Flipped(written, written.Length - 1) })
        {
            File.WriteAllBytes(file, content);
            Work(folder);
            Assert.That(File.ReadAllBytes(file), Is.EqualTo(written));
        }

        static byte[] Flipped(byte[] bytes, int index) => [.. bytes.Select((value, i) => i == index ? (byte)(value ^ 1) : value)];
    }

    [Test]
    public void A_folder_that_can_not_be_written_costs_nothing_but_time()
    {
        var file = Path.Combine(folder, "file");
        File.WriteAllText(file, "");
        Work(file);
        Work(Path.Combine(file, "below"));
        Work("/proc/computecore");
    }

    [Test]
    public void What_lies_in_the_file_s_place_stays_there()
    {
        Work(folder);
        var file = Directory.EnumerateFiles(folder).Single();
        File.Delete(file);
        Directory.CreateDirectory(file);
        Work(folder);
        Assert.That(Directory.Exists(file));
        Assert.That(Directory.EnumerateFileSystemEntries(folder).Count(), Is.EqualTo(1));
    }

    private static void Work(string folder)
    {
        using var device = TestDevice.Open(TestDevice.Options with { CacheFolder = folder });
        using var x = device.Buffer(1);
        device.Launch(Kernels.Advance.Over(1, x.View));
        Assert.That(x.ToArray(), Is.EqualTo(new[] { 2f }));
    }
}
