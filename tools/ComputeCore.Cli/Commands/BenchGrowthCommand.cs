using System.CommandLine;
using ComputeCore.Benchmarking;
using ComputeCore.Benchmarking.Cases;
using ComputeCore.Cli.Runs;
using Spectre.Console;

namespace ComputeCore.Cli.Commands;

/// <summary><c>bench growth</c>: how the time and the memory of training steps grow with the batch and the context.</summary>
internal static class BenchGrowthCommand
{
    private static readonly Option<string> Device = CommonOptions.Device();
    private static readonly Option<string> Only = new("--only") { Description = "Only what has TEXT in its name.", DefaultValueFactory = _ => "", HelpName = "TEXT" };
    private static readonly Option<int> Largest = CommonOptions.Restricted("--largest", "The largest batch or context.", int.MaxValue, (int size) => size > 0, "is a positive number", "N");
    private static readonly Option<double> Seconds = new("--seconds") { Description = "The longest time to repeat a step for.", DefaultValueFactory = _ => 1, HelpName = "N" };
    private static readonly Option<string> Out = new("--out") { Description = "The folder for growth.png.", DefaultValueFactory = _ => ".", HelpName = "DIR" };

    public static Command Create()
    {
        var command = new Command("growth", "Measure training steps at growing batches and contexts: a table, and a plot as growth.png.") { Device, Only, Largest, Seconds, Out };
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult parsed)
    {
        var (only, largest, isJson) = (parsed.GetRequiredValue(Only), parsed.GetValue(Largest), parsed.GetValue(CommonOptions.Json));
        GrowthSeries[] series = [.. Networks.Growing.Where(one => one.Name.Contains(only, StringComparison.OrdinalIgnoreCase))];
        if (series.Length == 0)
            throw new ArgumentException($"Nothing that is measured has '{only}' in its name.");
        var folder = parsed.GetRequiredValue(Out);
        Directory.CreateDirectory(folder);

        var points = new List<GrowthPoint>();
        using var interruption = new Interruption();
        using var device = ComputeCore.Devices.Device.Open(parsed.GetRequiredValue(Device));
        foreach (var one in series)
        {
            if (!isJson)
                AnsiConsole.WriteLine(one.Name);
            foreach (var size in one.Sizes.Where(size => size <= largest))
            {
                interruption.Token.ThrowIfCancellationRequested();
                var point = one.Measure(device, size, parsed.GetValue(Seconds));
                points.Add(point);
                if (!isJson)
                    AnsiConsole.WriteLine($"  {one.Axis} {size,5}{point.Milliseconds,12:F2} ms ±{point.Spread,4:P0}{point.MicrosecondsAUnit,10:F1} µs for each of the {one.Unit}{point.MemoryBytes / 1e6,11:F2} MB");
            }
        }

        if (points.Count == 0)
            throw new ArgumentException($"No size is {largest} or less.");
        var picture = Path.Combine(folder, "growth.png");
        GrowthChart.Save(points, picture);
        if (isJson)
            Terminal.Json(new { device = device.Name, points, picture });
        else
            AnsiConsole.WriteLine(picture);
        return ExitCode.Done;
    }
}
