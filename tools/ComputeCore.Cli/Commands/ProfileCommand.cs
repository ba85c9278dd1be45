using System.CommandLine;
using ComputeCore.Benchmarking.Profiling;
using ComputeCore.Cli.Recipes;
using ComputeCore.Cli.Runs;
using ComputeCore.Formats;
using Spectre.Console;

namespace ComputeCore.Cli.Commands;

/// <summary><c>profile train RECIPE</c>: where the time and the memory of a training step go.</summary>
internal static class ProfileCommand
{
    private static readonly Option<string> Device = CommonOptions.Device();
    private static readonly Option<int> Steps = CommonOptions.Positive("--steps", "Steps that the times are means of.", 20);
    private static readonly Option<string?> Configuration = new("--config") { Description = "A YAML file with settings; the command line has the last word.", HelpName = "FILE" };
    private static readonly Option<string?> Trace = new("--trace") { Description = "Write the step for chrome://tracing and Perfetto into FILE.", HelpName = "FILE" };
    private static readonly Option<string?> Data = CommonOptions.Data();

    public static Command Create()
    {
        var train = new Command("train", "Profile a training step: time by operation and layer, memory over time.");
        foreach (var recipe in Recipe.All)
        {
            var command = new Command(recipe.Name, recipe.Description) { Device, Configuration, Steps, Trace, Data };
            foreach (var option in recipe.Settings.Options)
                command.Add(option);
            command.SetAction(parsed => Run(recipe, parsed));
            train.Add(command);
        }

        return new Command("profile", "Show where time and memory go.") { train };
    }

    // What the recipe makes of its data goes into a folder of this run's own.
    private static int Run(Recipe recipe, ParseResult parsed)
    {
        var temporary = Directory.CreateTempSubdirectory("computecore-profile-");
        try
        {
            using var device = ComputeCore.Devices.Device.Open(parsed.GetRequiredValue(Device));
            using var job = recipe.Prepare(recipe.Settings.Resolve(parsed.GetValue(Configuration), parsed), new RunFolder(temporary.FullName), parsed.GetValue(Data));
            Report(parsed, recipe.Name, device.Name, Profile(device, job, parsed.GetValue(Steps)));
            return ExitCode.Done;
        }
        finally
        {
            temporary.Delete(recursive: true);
        }
    }

    private static StepProfile Profile(Devices.Device device, TrainingJob job, int steps)
    {
        using var step = new Function(device, batch =>
        {
            var outcome = job.Objective(batch);
            var loss = outcome.LossSum / outcome.Count;
            job.Optimizer.Minimize(loss);
            return [loss];
        });
        return Profiler.Run(step, job.Model, job.Training(0).First(), steps);
    }

    private static void Report(ParseResult parsed, string recipe, string device, StepProfile profile)
    {
        var trace = parsed.GetValue(Trace);
        if (trace is not null)
            AtomicFile.Write(trace, stream => ChromeTrace.Write(profile, $"{recipe} on {device}", stream));
        if (parsed.GetValue(CommonOptions.Json))
            Terminal.Json(new { device, profile.Milliseconds, profile.ArenaBytes, profile.VariableBytes, profile.Operations, profile.Layers, profile.Kernels });
        else
            Show(profile, trace);
    }

    private static void Show(StepProfile profile, string? trace)
    {
        Show("Operation", profile.Operations);
        Show("Layer", profile.Layers);
        var fullest = profile.Kernels.MaxBy(kernel => kernel.LiveBytes)!;
        AnsiConsole.WriteLine($"{profile.Milliseconds:F2} ms a step in {profile.Kernels.Count} kernels; variables {profile.VariableBytes / 1e6:F1} MB, arena {profile.ArenaBytes / 1e6:F1} MB, fullest with {fullest.LiveBytes / 1e6:F1} MB at {fullest.Operation} of {fullest.Layer}");
        Memory(profile);
        if (trace is not null)
            AnsiConsole.WriteLine($"trace {trace}");
    }

    private static void Show(string title, IReadOnlyList<ProfiledGroup> groups)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumn(title);
        foreach (var column in new[] { "Kernels", "ms", "Forward", "Backward", "Share", "GFLOP/s", "GB/s" })
            table.AddColumn(new TableColumn(column).RightAligned());
        foreach (var group in groups)
            table.AddRow(Markup.Escape(group.Name), $"{group.Kernels}", $"{group.Milliseconds:F3}", $"{group.ForwardMilliseconds:F3}", $"{group.BackwardMilliseconds:F3}", $"{group.Share:P1}", $"{group.Gflops:F1}", $"{group.Gbps:F1}");
        AnsiConsole.Write(table);
    }

    // The arena's use over the step's time, as a line of bars.
    private static void Memory(StepProfile profile)
    {
        const string Bars = " ▁▂▃▄▅▆▇█";
        const int Columns = 60;
        var line = new char[Columns];
        var (kernel, end) = (0, profile.Kernels[0].Milliseconds);
        for (var column = 0; column < Columns; column++)
        {
            var (from, most) = (profile.Milliseconds * column / Columns, 0L);
            while (end < from && kernel + 1 < profile.Kernels.Count)
                end += profile.Kernels[++kernel].Milliseconds;
            most = Math.Max(most, profile.Kernels[kernel].LiveBytes);
            line[column] = Bars[(int)Math.Round((Bars.Length - 1.0) * most / Math.Max(1, profile.ArenaBytes))];
        }

        AnsiConsole.WriteLine($"arena over time  {new string(line)}");
    }
}
