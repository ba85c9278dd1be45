using System.Text.Json;
using ComputeCore.Benchmarking;
using ComputeCore.Benchmarking.Cases;
using NUnit.Framework;

namespace ComputeCore.Cli.Tests;

public sealed class BenchTests : IDisposable
{
    private static readonly string[] Few = ["bench", "elementwise", "infer", "--only", "CNN, batch 1", "--seconds", "0.01"];

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Test]
    public void Every_case_has_a_name_of_its_own_and_every_group_has_cases()
    {
        Assert.That(Catalog.Of([]).Select(benchmark => benchmark.Name), Is.Unique);
        foreach (var group in Catalog.Groups)
            Assert.That(Catalog.Of([group]).Select(benchmark => benchmark.Group), Is.Not.Empty.And.All.EqualTo(group));
    }

    [Test]
    public void Figures_of_a_case_are_checked_measured_and_written()
    {
        var file = folder.File("a.json");
        var outcome = Program.Run([.. Few, "--json", file]);
        outcome.IsDone();
        Assert.That(outcome.Output, Does.Contain("cpu (").And.Contain("GFLOP/s").And.Contain("of the peak"));

        var document = JsonSerializer.Deserialize<JsonElement>(File.ReadAllText(file));
        var measured = document.GetProperty("cases").EnumerateArray().Single();
        Assert.That(measured.EnumerateObject().Select(property => property.Name), Is.SupersetOf(new[] { "name", "device", "milliseconds", "gflops", "gbps", "peakFraction", "spread" }));
        Assert.That((measured.GetProperty("name").GetString(), measured.GetProperty("device").GetString()), Is.EqualTo(("infer Fashion-MNIST CNN, batch 1", "cpu")));
        foreach (var figure in new[] { "milliseconds", "gflops", "gbps", "peakFraction" })
            Assert.That(measured.GetProperty(figure).GetDouble(), Is.Positive, figure);
        Assert.That(measured.GetProperty("repeats").GetInt32(), Is.GreaterThanOrEqualTo(11));
        Assert.That(measured.GetProperty("error").GetDouble(), Is.InRange(0, 1));
        // 2 · (9 · 32 · 784 + 288 · 64 · 196 + 3136 · 128 + 1280) multiply-adds and what is added, compared and pooled beside them.
        Assert.That(measured.GetProperty("gflops").GetDouble() * measured.GetProperty("milliseconds").GetDouble() * 1e6, Is.EqualTo(8.48e6).Within(3).Percent);

        Assert.That(Program.Run([.. Few, "--json"]).Json.GetProperty("cases").GetArrayLength(), Is.EqualTo(1));
    }

    [Test]
    public void Files_are_compared_in_a_table_a_picture_and_a_page_without_network()
    {
        var (a, b) = (Report("a.json", 4), Report("b.json", 2));
        var outcome = Program.Run("bench", "compare", a, b, "--out", folder.File("plots"));
        outcome.IsDone();
        Assert.That(outcome.Output, Does.Contain("2.00x").And.Contain("2.00 times as fast as cpu, a, the geometric mean of 2 cases").And.Contain("cpu, b"));
        Assert.That(ComputeCore.Data.ImageFile.Load(folder.File("plots/roofline.png"), 3).Shape[2], Is.EqualTo(1200));

        var page = File.ReadAllText(folder.File("plots/roofline.html"));
        Assert.That(page, Does.StartWith("<!DOCTYPE html>").And.Contain("<svg").And.Contain("a &lt;case&gt;").And.Not.Contain("http").And.Not.Contain("<script"));
        var document = Program.Run("bench", "compare", a, b, "--out", folder.File("plots"), "--json").Json;
        Assert.That(document.GetProperty("cases")[0].GetProperty("ratios").EnumerateArray().Select(ratio => ratio.GetDouble()), Is.EqualTo(new[] { 1.0, 2.0 }));
    }

    [Test]
    public void Growing_steps_are_measured_and_drawn()
    {
        string[] arguments = ["bench", "growth", "--only", "CNN", "--largest", "2", "--seconds", "0.01", "--out", folder.File("plots")];
        var outcome = Program.Run(arguments);
        outcome.IsDone();
        Assert.That(outcome.Output, Does.Contain("batch     1").And.Contain("batch     2").And.Not.Contain("batch     4"));
        Assert.That(ComputeCore.Data.ImageFile.Load(folder.File("plots/growth.png"), 3).Shape[2], Is.EqualTo(1200));

        JsonElement[] points = [.. Program.Run([.. arguments, "--json"]).Json.GetProperty("points").EnumerateArray()];
        Assert.That(points.Select(point => point.GetProperty("size").GetInt32()), Is.EqualTo(new[] { 1, 2 }));
        Assert.That(points[1].GetProperty("memoryBytes").GetInt64(), Is.GreaterThan(points[0].GetProperty("memoryBytes").GetInt64()));
        Program.Run("bench", "growth", "--only", "nothing of that name").Fails("'nothing of that name'");
        Program.Run("bench", "growth", "--largest", "0").IsRefused("computecore bench growth", "--largest", "positive");
    }

    [Test]
    public void Help_lists_each_option_once()
    {
        foreach (string[] command in (string[][])[["bench"], ["bench", "compare"], ["train"], ["data", "fetch"]])
        {
            var options = Program.Run([.. command, "--help"]).Output.Split('\n').Select(line => line.Trim().Split(' ')[0]).Where(word => word.StartsWith("--", StringComparison.Ordinal));
            Assert.That(options, Is.Unique.And.Contains("--json"), string.Join(' ', command));
        }
    }

    [Test]
    public void What_is_no_benchmark_file_is_told()
    {
        File.WriteAllText(folder.File("a.json"), "{");
        Program.Run("bench", "compare", folder.File("a.json")).Fails("a.json", "is no benchmark's JSON");
        File.WriteAllText(folder.File("a.json"), "{}");
        Program.Run("bench", "compare", folder.File("a.json")).Fails("a.json", "is no benchmark's JSON");
        Program.Run("bench", "--only", "nothing of that name").Fails("No case's name contains 'nothing of that name'");
        Program.Run("bench", "--only", "@nothing").Fails("No case's name contains '@nothing'");
        Program.Run("bench", "gemm", "--device", "reference").Fails("reference");
    }

    [Test]
    public void A_wrong_result_is_not_timed()
    {
        using var device = new BrokenDevice();
        var benchmark = Catalog.Of(["softmax"])[0];
        Assert.That(() => Measuring.Measure(benchmark, device, new DevicePeaks("broken:0", "", 1, 1), 0), Throws.TypeOf<WrongResultException>().With.Message.Contains("softmax"));
    }

    [Test]
    public void The_median_is_measured_until_it_is_stable()
    {
        var runs = 0;
        var steady = StableMedian.Measure(() => ++runs > 0 ? 2e-3 : 0, 10);
        Assert.That((steady.Seconds, steady.Spread, steady.Repeats), Is.EqualTo((2e-3, 0.0, 11)));
        // Evenly spread wherever the warm-up, which goes by the clock, leaves off: multiples of the golden ratio.
        var noisy = StableMedian.Measure(() => 2e-3 * (1 + 0.1 * (++runs * 0.6180339887 % 1)), 10);
        Assert.That(noisy.Repeats, Is.GreaterThan(40));
        Assert.That(noisy.Seconds, Is.EqualTo(2.1e-3).Within(1.5).Percent);
    }

    private string Report(string name, double milliseconds)
    {
        Measurement Of(string name, double factor) => new(name, "gemm", "cpu", milliseconds * factor, 100 / milliseconds, 3 / milliseconds, 0.5, 0.01, 11, 0.1);
        var report = new BenchmarkReport("1.0", [new DevicePeaks("cpu", "a processor", 200, 30)], [Of("a <case>", 1), Of("another", 2)]);
        File.WriteAllText(folder.File(name), Terminal.ToJson(report));
        return folder.File(name);
    }
}
