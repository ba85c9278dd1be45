using System.CommandLine;
using System.Reflection;
using System.Text;
using ComputeCore.Benchmarking;
using ComputeCore.Benchmarking.Cases;
using ComputeCore.Cli.Runs;
using ComputeCore.Formats;
using Spectre.Console;

namespace ComputeCore.Cli.Commands;

/// <summary><c>bench</c>: how fast devices are, next to what they could be.</summary>
internal static class BenchCommand
{
    private const string Everything = "all";

    private static readonly Argument<string[]> Groups = new("GROUP")
    {
        Description = $"What to measure: {string.Join(", ", Catalog.Groups)}, or all.", Arity = ArgumentArity.ZeroOrMore, HelpName = "GROUP", DefaultValueFactory = _ => [Everything],
    };

    private static readonly Option<string[]> Devices = CommonOptions.Devices("The devices to measure; 'computecore devices' lists them.");
    private static readonly Option<string> Only = new("--only") { Description = "Only cases whose names contain TEXT.", DefaultValueFactory = _ => "", HelpName = "TEXT" };
    private static readonly Option<double> Seconds = new("--seconds") { Description = "The longest time to repeat a case for; it ends earlier when the median is known within 1 %.", DefaultValueFactory = _ => 2, HelpName = "N" };

    // In place of the flag that the other commands have.
    private static readonly Option<string?> Json = new("--json") { Description = "Write the figures as JSON into FILE, or instead of the table where none is named.", Arity = ArgumentArity.ZeroOrOne, HelpName = "FILE" };

    public static Command Create()
    {
        Groups.AcceptOnlyFromAmong([.. Catalog.Groups, Everything]);
        var command = new Command("bench", "Measure operations and models, each checked against its definition first.") { Groups, Devices, Only, Seconds, Json, BenchCompareCommand.Create(), BenchGrowthCommand.Create() };
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult parsed)
    {
        var file = parsed.GetValue(Json);
        var isForScripts = parsed.GetResult(Json) is { Implicit: false } && file is null;
        var (only, seconds) = (parsed.GetRequiredValue(Only), parsed.GetValue(Seconds));
        string[] groups = parsed.GetRequiredValue(Groups);
        BenchmarkCase[] cases = [.. Catalog.Of(groups.Contains(Everything) ? [] : groups).Where(benchmark => benchmark.Name.Contains(only, StringComparison.OrdinalIgnoreCase))];
        if (cases.Length == 0)
            throw new ArgumentException($"No case's name contains '{only}'.");

        var (peaks, measurements) = (new List<DevicePeaks>(), new List<Measurement>());
        using var interruption = new Interruption();
        foreach (var name in parsed.GetRequiredValue(Devices))
        {
            using var device = ComputeCore.Devices.Device.Open(name);
            var top = Peaks.Measure(device);
            peaks.Add(top);
            if (!isForScripts)
                AnsiConsole.WriteLine($"{top.Name} ({top.Description}): peaks of {top.Gflops:N0} GFLOP/s and {top.Gbps:N1} GB/s");
            foreach (var benchmark in cases)
            {
                interruption.Token.ThrowIfCancellationRequested();
                var measured = Measuring.Measure(benchmark, device, top, seconds);
                measurements.Add(measured);
                if (!isForScripts)
                    AnsiConsole.WriteLine(Line(measured));
            }
        }

        var version = typeof(BenchCommand).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;
        var report = new BenchmarkReport(version, peaks, measurements);
        if (file is not null)
            AtomicFile.Write(file, stream => stream.Write(Encoding.UTF8.GetBytes(Terminal.ToJson(report))));
        else if (isForScripts)
            Terminal.Json(report);
        return ExitCode.Done;
    }

    private static string Line(Measurement measured) =>
        $"{measured.Name,-52}{measured.Milliseconds,10:G4} ms ±{measured.Spread,4:P0}{measured.Gflops,9:F1} GFLOP/s{measured.Gbps,8:F1} GB/s{measured.PeakFraction,7:P0} of the peak";
}
