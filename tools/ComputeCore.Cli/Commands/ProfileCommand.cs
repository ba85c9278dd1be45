using System.CommandLine;
using ComputeCore.Benchmarking.Profiling;
using ComputeCore.Cli.Recipes;
using ComputeCore.Formats;
using ComputeCore.Nn;
using Spectre.Console;

namespace ComputeCore.Cli.Commands;

/// <summary><c>profile train RECIPE</c>: where the time and the memory of a training step go.</summary>
internal static class ProfileCommand
{
    private static readonly Argument<string> Recipe = new("RECIPE") { HelpName = "RECIPE", Description = $"The training to profile, on random data: {FashionMnistRecipe.Id}." };
    private static readonly Option<string> Device = CommonOptions.Device();
    private static readonly Option<int> Batch = CommonOptions.Positive("--batch", "Examples in a batch.", new FashionMnistConfiguration().Batch);
    private static readonly Option<int> Steps = CommonOptions.Positive("--steps", "Steps that the times are means of.", 20);
    private static readonly Option<string?> Trace = new("--trace") { Description = "Write the step for chrome://tracing and Perfetto into FILE.", HelpName = "FILE" };

    public static Command Create()
    {
        Recipe.AcceptOnlyFromAmong(FashionMnistRecipe.Id);
        var train = new Command("train", "Profile a training step: time by operation and layer, memory over time.") { Recipe, Device, Batch, Steps, Trace };
        train.SetAction(Run);
        return new Command("profile", "Show where time and memory go.") { train };
    }

    private static int Run(ParseResult parsed)
    {
        using var device = ComputeCore.Devices.Device.Open(parsed.GetRequiredValue(Device));
        using var random = new RandomGenerator(0);
        var model = FashionMnistRecipe.CreateModel(random);
        using var optimizer = new Adam(model.Parameters(), new FashionMnistConfiguration().LearningRate);
        var objective = FashionMnistRecipe.Objective(model);
        using var step = new Function(device, batch =>
        {
            var outcome = objective(batch);
            var loss = outcome.LossSum / outcome.Count;
            optimizer.Minimize(loss);
            return [loss];
        });
        var profile = Profiler.Run(step, model, FashionMnistRecipe.RandomBatch(parsed.GetValue(Batch), random), parsed.GetValue(Steps));

        var trace = parsed.GetValue(Trace);
        if (trace is not null)
            AtomicFile.Write(trace, stream => ChromeTrace.Write(profile, $"{parsed.GetValue(Recipe)} on {device.Name}", stream));
        if (parsed.GetValue(CommonOptions.Json))
            Terminal.Json(new { device = device.Name, profile.Milliseconds, profile.ArenaBytes, profile.VariableBytes, profile.Operations, profile.Layers, profile.Kernels });
        else
            Show(profile, trace);
        return ExitCode.Done;
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
