using System.CommandLine;
using System.Reflection;
using System.Runtime.InteropServices;
using ComputeCore.Benchmarking;
using ComputeCore.Cli.Recipes;
using ComputeCore.Cli.Runs;
using ComputeCore.Nn;
using Spectre.Console;

namespace ComputeCore.Cli.Commands;

/// <summary><c>train RECIPE</c>: trains a model, and leaves a run's folder.</summary>
internal static class TrainCommand
{
    private static readonly Option<string> Device = CommonOptions.Device();
    private static readonly Option<string?> Configuration = new("--config") { Description = "A YAML file with settings; the command line has the last word.", HelpName = "FILE" };
    private static readonly Option<string?> Out = new("--out") { Description = "The run's folder; by default a new one in the cache folder.", HelpName = "DIR" };
    private static readonly Option<bool> Resume = new("--resume") { Description = "Go on with the run in the folder --out, from its last checkpoint." };
    private static readonly Option<string?> Metrics = new("--metrics") { Description = "Where the metrics go; metrics.jsonl in the run's folder by default.", HelpName = "FILE" };
    private static readonly Option<string?> Data = CommonOptions.Data();

    public static Command Create()
    {
        var train = new Command("train", "Train a model.");
        foreach (var recipe in Recipe.All)
        {
            var command = new Command(recipe.Name, recipe.Description) { Device, Configuration, Out, Resume, Metrics, Data };
            foreach (var option in recipe.Settings.Options)
                command.Add(option);
            command.Validators.Add(result =>
            {
                if (result.GetValue(Resume) && result.GetValue(Out) is null)
                    result.AddError("--resume needs --out DIR, the folder of the run to go on with.");
            });
            command.SetAction(parsed => Run(recipe, parsed));
            train.Add(command);
        }

        return train;
    }

    private static int Run(Recipe recipe, ParseResult parsed)
    {
        var isResumed = parsed.GetValue(Resume);
        var isForScripts = parsed.GetValue(CommonOptions.Json);
        using var folder = parsed.GetValue(Out) is { } path ? new RunFolder(path) : RunFolder.New(recipe.Name);
        var started = isResumed ? Continue(recipe, folder.ReadDescription(), parsed) : null;
        if (!isResumed && File.Exists(folder.DescriptionFile))
            throw new IOException($"The folder '{folder.Path}' already holds a run; add --resume to go on with it, or name another folder.");

        var configuration = isResumed ? recipe.Settings.Continue(folder.ConfigurationFile, parsed) : recipe.Settings.Resolve(parsed.GetValue(Configuration), parsed);
        using var device = Devices.Device.Open(started?.Device ?? parsed.GetRequiredValue(Device));
        var description = started ?? Describe(recipe, parsed, device);
        using var job = recipe.Prepare(configuration, folder, started?.Data ?? parsed.GetValue(Data));
        folder.Create(description);
        recipe.Settings.Write(folder.ConfigurationFile, configuration);

        using var trainer = new Trainer(device, job.Model, job.Objective, job.Optimizer, job.Random, job.Options with { CheckpointFolder = folder.CheckpointFolder });
        if (isResumed && File.Exists(Checkpoint.LastIn(folder.CheckpointFolder)))
            trainer.Resume();

        var validations = folder.ReadValidations(trainer.Progress.Validations);
        using var metrics = new MetricsLog(parsed.GetValue(Metrics) ?? folder.MetricsFile, trainer.Progress.Step);
        using var interruption = new Interruption();
        var cost = trainer.StepCost(job.Training(0).First());
        if (!isForScripts)
        {
            AnsiConsole.WriteLine($"{recipe.Name} on {device.Name} ({description.DeviceDescription})");
            AnsiConsole.WriteLine(job.Summary);
            AnsiConsole.WriteLine($"a step of {job.Options.MicroBatches} batch{(job.Options.MicroBatches > 1 ? "es" : "")}: {job.Options.MicroBatches * cost.Flops / 1e9:F2} GFLOP, {cost.MemoryBytes / 1e6:F1} MB planned for its values");
        }

        var end = Watch(isForScripts, context => trainer.Run(
            job.Training, job.Validation, new TrainingDisplay(context, metrics, folder, job, validations), interruption.Token));

        if (end == TrainingEnd.Interrupted)
        {
            Terminal.Error($"Interrupted after step {trainer.Progress.Step}; the run is saved, and '--resume --out {folder.Path}' goes on with it.");
            return ExitCode.Interrupted;
        }

        // Its arenas go before an evaluation takes one of its own.
        trainer.Dispose();
        job.Draw(device, validations, folder);
        // Steps differ in size where sentences do: the first one's arithmetic stands for all.
        var gflops = validations.Count == 0 ? 0 : job.Options.MicroBatches * cost.Flops * validations[^1].StepsPerSecond / 1e9;
        // The reference is a definition, and has no peak.
        double? peakFraction = device.Name == "reference" ? null : gflops * 1e9 / Peaks.FusedMultiplyAdds(device);
        if (isForScripts)
            Terminal.Json(new Dictionary<string, object?>
            {
                ["device"] = device.Name,
                [job.DocumentList] = validations.Select(job.Document),
                ["gflops"] = gflops,
                ["peakFraction"] = peakFraction,
                ["plannedBytes"] = cost.MemoryBytes,
                ["peakMemoryBytes"] = ProcessMemory.PeakBytes(),
                ["run"] = folder.Path,
            });
        else
            AnsiConsole.WriteLine($"{gflops:F0} GFLOP/s{(peakFraction is { } share ? $", {share:P0} of the device's peak" : "")}, peak memory {ProcessMemory.PeakBytes() / 1e6:N0} MB\nrun {folder.Path}");
        return ExitCode.Done;
    }

    private static TrainingEnd Watch(bool isForScripts, Func<ProgressContext?, TrainingEnd> train) => isForScripts
        ? train(null)
        : AnsiConsole.Progress().AutoClear(true).HideCompleted(true).Columns(TrainingDisplay.Columns()).Start(train);

    private static RunDescription Describe(Recipe recipe, ParseResult parsed, Devices.Device device) => new(
        recipe.Name,
        device.Name,
        device.Description,
        parsed.GetValue(Data) is { } data ? Path.GetFullPath(data) : null,
        typeof(TrainCommand).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion,
        RuntimeInformation.FrameworkDescription,
        RuntimeInformation.OSDescription,
        [.. parsed.Tokens.Select(token => token.Value)],
        DateTimeOffset.Now);

    // A resumed run keeps its settings, so that it ends as it would have without the stop.
    private static RunDescription Continue(Recipe recipe, RunDescription run, ParseResult parsed)
    {
        if (run.Recipe != recipe.Name)
            throw new ArgumentException($"The run was started with the recipe {run.Recipe}, not {recipe.Name}.");
        if (parsed.GetResult(Device) is { Implicit: false } && parsed.GetValue(Device) != run.Device)
            throw new ArgumentException($"The run was started with --device {run.Device}; a resumed run can't change it to {parsed.GetValue(Device)}.");
        return run;
    }
}
