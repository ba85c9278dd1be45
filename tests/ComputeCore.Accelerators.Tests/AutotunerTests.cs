using ComputeCore.Accelerators.Tuning;
using ComputeCore.Devices;
using ComputeCore.Graphs;
using ComputeCore.Testing;
using NUnit.Framework;

namespace ComputeCore.Accelerators.Tests;

/// <summary>What the autotuner measures, remembers and chooses. Several caches on one folder stand for several processes.</summary>
[NonParallelizable]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class AutotunerTests : IDisposable
{
    private const string Hardware = "a device, driver 1";

    private readonly AcceleratorDevice device = (AcceleratorDevice)TestDevices.Open("opencl:0");
    private readonly string folder = Directory.CreateTempSubdirectory("computecore-tuning-").FullName;
    private readonly List<string> measured = [];

    public void Dispose()
    {
        device.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    [Test]
    public void A_second_process_reads_the_choice_and_measures_nothing()
    {
        Assert.That(Choose(Hardware), Is.EqualTo("fits"));
        Assert.That(measured, Is.EqualTo(new[] { "too large", "fits" }));
        measured.Clear();
        Assert.That(Choose(Hardware), Is.EqualTo("fits"));
        Assert.That(measured, Is.Empty);
    }

    [TestCase("a device, driver 2")]
    [TestCase("another device, driver 1")]
    public void Another_device_or_driver_version_has_a_file_of_its_own(string other)
    {
        Choose(Hardware);
        measured.Clear();
        Choose(other);
        Assert.That(measured, Has.Count.EqualTo(2));
        Assert.That(Directory.GetFiles(folder, "*.json"), Has.Length.EqualTo(2));
    }

    [TestCase("")]
    [TestCase("{ \"MatMul")]
    [TestCase("[1, 2]")]
    [TestCase("{ \"a\": 1 }")]
    [TestCase("\0\u0001\u0002")]
    public void A_file_that_is_none_is_measured_anew_and_rewritten(string content)
    {
        Choose(Hardware);
        var file = Directory.GetFiles(folder, "*.json").Single();
        var good = File.ReadAllText(file);
        File.WriteAllText(file, content);
        measured.Clear();
        Assert.That(Choose(Hardware), Is.EqualTo("fits"));
        Assert.That(measured, Has.Count.EqualTo(2));
        Assert.That(File.ReadAllText(file), Is.EqualTo(good));
    }

    [Test]
    public void A_remembered_variant_that_there_is_no_more_is_replaced()
    {
        new TuningCache(folder, Hardware).Settle(Autotuner.Problem(Product()), "of an older version", ["of an older version"]);
        Assert.That(Choose(Hardware), Is.EqualTo("fits"));
        measured.Clear();
        Assert.That(Choose(Hardware), Is.EqualTo("fits"));
        Assert.That(measured, Is.Empty);
    }

    [Test]
    public void Switched_off_it_measures_nothing_but_what_is_remembered_holds()
    {
        Assert.That(SwitchedOff(), Is.EqualTo("too large"), "the first variant");
        Assert.That(measured, Is.Empty);
        Assert.That(Directory.GetFiles(folder), Is.Empty);
        Choose(Hardware);
        Assert.That(SwitchedOff(), Is.EqualTo("fits"));

        string SwitchedOff()
        {
            var before = Environment.GetEnvironmentVariable("COMPUTECORE_AUTOTUNE");
            Environment.SetEnvironmentVariable("COMPUTECORE_AUTOTUNE", "0");
            try
            {
                return Choose(Hardware);
            }
            finally
            {
                Environment.SetEnvironmentVariable("COMPUTECORE_AUTOTUNE", before);
            }
        }
    }

    [Test]
    public void Of_processes_that_measured_at_once_the_first_decides_for_all()
    {
        // Both have opened the file before either has written.
        TuningCache first = new(folder, Hardware), second = new(folder, Hardware);
        Assert.That(first.Settle("p", "a", ["a", "b"]), Is.EqualTo("a"));
        Assert.That(second.Settle("p", "b", ["a", "b"]), Is.EqualTo("a"));
        Assert.That(second.Find("p"), Is.EqualTo("a"));
    }

    [Test]
    public void Nothing_is_lost_when_many_write_at_once_and_every_reader_finds_a_whole_file()
    {
        const int Writers = 4, Problems = 20;
        Parallel.For(0, Writers, writer =>
        {
            var cache = new TuningCache(folder, Hardware);
            for (var i = 0; i < Problems; i++)
            {
                cache.Settle($"{writer}, {i}", "a", ["a"]);
                Assert.That(new TuningCache(folder, Hardware).Find($"{writer}, {i}"), Is.EqualTo("a"));
            }
        });
        var all = new TuningCache(folder, Hardware);
        for (var writer = 0; writer < Writers; writer++)
            for (var i = 0; i < Problems; i++)
                Assert.That(all.Find($"{writer}, {i}"), Is.EqualTo("a"));
    }

    [Test]
    public void A_folder_that_can_not_be_made_costs_only_the_measuring()
    {
        var blocked = Path.Combine(folder, "blocked");
        File.WriteAllText(blocked, "");
        var cache = new TuningCache(blocked, Hardware);
        Assert.That(cache.Settle("p", "a", ["a"]), Is.EqualTo("a"));
        Assert.That(cache.Find("p"), Is.EqualTo("a"));
    }

    [Test]
    public void A_device_with_its_cache_repeats_its_bits_without_measuring()
    {
        var before = Environment.GetEnvironmentVariable("XDG_CACHE_HOME");
        Environment.SetEnvironmentVariable("XDG_CACHE_HOME", folder);
        try
        {
            var (expected, timed) = Multiply();
            Assert.That(timed, Is.GreaterThan(1));
            var (repeated, again) = Multiply();
            Assert.That(again, Is.Zero);
            Assert.That(repeated.SequenceEqual(expected));
        }
        finally
        {
            Environment.SetEnvironmentVariable("XDG_CACHE_HOME", before);
        }

        static (byte[] Result, int Measurements) Multiply()
        {
            using var fresh = (AcceleratorDevice)TestDevices.Open("opencl:0");
            using var random = new RandomGenerator(1);
            using var function = new Function(fresh, x => [x[0].MatMul(x[1])]);
            var result = function.Run(random.Uniform([192, 192], -1, 1), random.Uniform([192, 192], -1, 1))[0];
            return (result.Bytes.ToArray(), fresh.Tuner.Measurements);
        }
    }

    private static Node Product()
    {
        var x = Tensor.Constant(new TensorData(new TensorType(ElementType.Float32, [256, 256])));
        return x.MatMul(x).Node;
    }

    // A variant's body is called where it is linked, which is to be measured.
    private string Choose(string hardware)
    {
        var names = new Dictionary<AcceleratorKernel, string>();
        var tooLarge = Variant("too large", () => throw new DeviceException("It asks for more than the device has."));
        var fits = Variant("fits", () => { });
        return names[new Autotuner(device, new TuningCache(folder, hardware)).Choose(Product(), tooLarge, fits)];

        Variant Variant(string name, Action run)
        {
            var kernel = new AcceleratorKernel(_ =>
            {
                measured.Add(name);
                run();
                return [];
            });
            names.Add(kernel, name);
            return new(name, kernel);
        }
    }
}
