using System.Text.Json;
using ComputeCore.Nn;

namespace ComputeCore.Cli.Runs;

/// <summary>
/// <c>metrics.jsonl</c>: one JSON object a line, written every few steps. A resumed run drops the lines after its checkpoint
/// and goes on.
/// </summary>
internal sealed class MetricsLog : IDisposable
{
    /// <summary>Steps between two lines: enough for a smooth curve, without costing the training anything.</summary>
    public const int StepsPerLine = 20;

    private readonly StreamWriter writer;

    /// <param name="file">The file.</param>
    /// <param name="lastStep">The step that training goes on from; lines of later steps are dropped.</param>
    public MetricsLog(string file, long lastStep)
    {
        string[] kept = File.Exists(file) && lastStep > 0 ? [.. File.ReadLines(file).Where(line => StepOf(line) <= lastStep)] : [];
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(file))!);
        File.WriteAllLines(file, kept);
        writer = new StreamWriter(file, append: true);
    }

    public void Write(in StepReport report)
    {
        writer.WriteLine(Terminal.ToJsonLine(new
        {
            report.Step,
            report.Epoch,
            report.Loss,
            report.Accuracy,
            report.LearningRate,
            ImagesPerSecond = report.ExamplesPerSecond,
            PeakMemoryBytes = ProcessMemory.PeakBytes(),
        }));
        writer.Flush();
    }

    public void Dispose() => writer.Dispose();

    // A line that a killed run left unfinished belongs to no step.
    private static long StepOf(string line)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            return document.RootElement.GetProperty("step").GetInt64();
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return long.MaxValue;
        }
    }
}
