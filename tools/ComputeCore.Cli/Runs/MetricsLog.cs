using System.Text;
using System.Text.Json;

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
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(file))!);
        var stream = new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
        // Cut, not written anew: a process killed here loses no line. A device or a pipe has none.
        if (stream.CanSeek && stream.Length > 0)
        {
            stream.SetLength(LengthUpTo(stream, lastStep));
            stream.Position = stream.Length;
        }

        writer = new StreamWriter(stream);
    }

    /// <summary>Writes a line; it has the field "step".</summary>
    public void Write(object metrics)
    {
        writer.WriteLine(Terminal.ToJsonLine(metrics));
        writer.Flush();
    }

    public void Dispose() => writer.Dispose();

    private static long LengthUpTo(FileStream stream, long lastStep)
    {
        using var reader = new StreamReader(stream, leaveOpen: true);
        var length = 0L;
        while (reader.ReadLine() is { } line && StepOf(line) <= lastStep && length + LengthOf(line) <= stream.Length)
            length += LengthOf(line);
        return length;
    }

    private static int LengthOf(string line) => Encoding.UTF8.GetByteCount(line) + Environment.NewLine.Length;

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
