using System.Diagnostics;
using NUnit.Framework;

namespace ComputeCore.Ilgpu.Tests;

/// <summary>The command behind bench/cuda: all of it but cuBLAS runs on OpenCL too.</summary>
public class ComparisonTests
{
    [Test]
    public void The_report_names_the_device_and_has_a_row_for_each_measurement()
    {
        var file = Path.Combine(Path.GetTempPath(), $"report-{Guid.NewGuid():N}.md");
        try
        {
            var (status, errors) = Compare("opencl:0", file, 128);
            Assert.That(status, Is.Zero, errors);
            var lines = File.ReadAllLines(file);
            Assert.That(lines[0], Is.EqualTo("# opencl:0"));
            Assert.That(lines.Count(line => line.StartsWith("| product of", StringComparison.Ordinal)), Is.EqualTo(3));
            Assert.That(lines.Count(line => line.StartsWith("| attention", StringComparison.Ordinal)), Is.EqualTo(3));
            Assert.That(lines.Where(line => line.StartsWith('|')).Select(line => line.Count(c => c == '|')), Is.All.EqualTo(7));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Test]
    public void A_device_that_is_not_there_takes_one_sentence_and_writes_nothing()
    {
        var (status, errors) = Compare("cuda:99", "/nonexistent/report.md", 128);
        Assert.That(status, Is.EqualTo(1));
        Assert.That(errors.Trim().Split('\n'), Has.Length.EqualTo(1).And.All.Contains("cuda:99"));
    }

    private static (int Status, string Errors) Compare(string device, string file, int largest)
    {
        using var process = Process.Start(new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet")
        {
            ArgumentList = { "exec", Path.Combine(AppContext.BaseDirectory, "ComputeCore.Benchmarks.dll"), "compare", device, file, $"{largest}" },
            RedirectStandardError = true,
        })!;
        var errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, errors);
    }
}
