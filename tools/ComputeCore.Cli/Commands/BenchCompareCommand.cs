using System.CommandLine;
using System.Text;
using System.Text.Json;
using ComputeCore.Benchmarking;
using ComputeCore.Cli.Runs;
using ComputeCore.Formats;
using Spectre.Console;

namespace ComputeCore.Cli.Commands;

/// <summary><c>bench compare</c>: figures of several devices or versions side by side, and under the roofs of their peaks.</summary>
internal static class BenchCompareCommand
{
    private static readonly Argument<string[]> Files = new("FILE") { Description = "What 'bench --json FILE' wrote; the first is what the others are compared with.", Arity = ArgumentArity.OneOrMore, HelpName = "FILE" };
    private static readonly Option<string> Out = new("--out") { Description = "The folder for roofline.png and roofline.html.", DefaultValueFactory = _ => ".", HelpName = "DIR" };

    public static Command Create()
    {
        var command = new Command("compare", "Compare the figures of benchmark files: a table, and a roofline plot as roofline.png and roofline.html.") { Files, Out };
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult parsed)
    {
        IReadOnlyList<BenchmarkSeries> series = BenchmarkSeries.Of([.. parsed.GetRequiredValue(Files).Select(path => (path, Read(path)))]);
        var folder = parsed.GetRequiredValue(Out);
        Directory.CreateDirectory(folder);
        var (picture, page) = (Path.Combine(folder, "roofline.png"), Path.Combine(folder, "roofline.html"));
        RooflineChart.Save(series, picture);
        AtomicFile.Write(page, stream => stream.Write(Encoding.UTF8.GetBytes(RooflinePage.Html(series))));

        if (parsed.GetValue(CommonOptions.Json))
            Terminal.Json(new { cases = Rows(series).Select(row => new { name = row.Name, milliseconds = row.Milliseconds, ratios = row.Ratios }), series = series.Select(one => one.Name), picture, page });
        else
            Show(series, picture, page);
        return ExitCode.Done;
    }

    private static BenchmarkReport Read(string path)
    {
        try
        {
            if (Terminal.FromJson<BenchmarkReport>(File.ReadAllText(path)) is { Devices: not null, Cases: not null } report)
                return report;
        }
        catch (JsonException e)
        {
            throw new InvalidFileException(path, $"is no benchmark's JSON: {e.Message}");
        }

        throw new InvalidFileException(path, "is no benchmark's JSON: 'bench --json FILE' writes it");
    }

    // The times of a case in each series, and the first one's divided by them: above 1 is faster.
    private static IEnumerable<(string Name, double?[] Milliseconds, double?[] Ratios)> Rows(IReadOnlyList<BenchmarkSeries> series) =>
        series.SelectMany(one => one.Cases.Keys).Distinct().Select(name =>
        {
            double?[] times = [.. series.Select(one => one.Cases.GetValueOrDefault(name)?.Milliseconds)];
            return (name, times, (double?[])[.. times.Select(time => times[0] / time)]);
        });

    private static void Show(IReadOnlyList<BenchmarkSeries> series, string picture, string page)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumn("Case");
        foreach (var one in series)
            table.AddColumn(new TableColumn(Markup.Escape(one.Name)).RightAligned());
        foreach (var (name, times, ratios) in Rows(series))
            table.AddRow([Markup.Escape(name), .. times.Select((time, i) => time is null ? "" : i == 0 ? $"{time:G4} ms" : $"{time:G4} ms{(ratios[i] is { } ratio ? $"  {ratio:F2}x" : "")}")]);
        AnsiConsole.Write(table);
        for (var i = 1; i < series.Count; i++)
        {
            double[] common = [.. Rows(series).Select(row => row.Ratios[i]).OfType<double>()];
            if (common.Length > 0)
                AnsiConsole.WriteLine($"{series[i].Name}: {Math.Exp(common.Average(Math.Log)):F2} times as fast as {series[0].Name}, the geometric mean of {common.Length} cases");
        }

        AnsiConsole.WriteLine($"{picture}\n{page}");
    }
}
