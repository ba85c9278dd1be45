using System.CommandLine;
using System.Reflection;
using System.Runtime.InteropServices;
using ComputeCore.Cli.Recipes;
using ComputeCore.Cli.Runs;
using ComputeCore.Nn;
using Spectre.Console;

namespace ComputeCore.Cli.Commands;

/// <summary><c>train RECIPE</c>: trains a model, and leaves a run's folder.</summary>
internal static class TrainCommand
{
    private static readonly Argument<string> Recipe = new("RECIPE") { HelpName = "RECIPE", Description = $"What to train: {FashionMnistRecipe.Name}." };
    private static readonly Option<string> Device = CommonOptions.Device();
    private static readonly Option<int> Epochs = CommonOptions.Positive("--epochs", "Passes over the training images.", FashionMnistRecipe.DefaultEpochs);
    private static readonly Option<int> Batch = CommonOptions.Positive("--batch", "Images in a batch.", FashionMnistRecipe.DefaultBatch);
    private static readonly Option<double> LearningRate = new("--lr") { Description = "The learning rate.", DefaultValueFactory = _ => FashionMnistRecipe.DefaultLearningRate, HelpName = "RATE" };
    private static readonly Option<int> Seed = new("--seed") { Description = "Seed of the initial weights and the order of the images.", DefaultValueFactory = _ => 0, HelpName = "N" };
    private static readonly Option<string?> Out = new("--out") { Description = "The run's folder; by default a new one in the cache folder.", HelpName = "DIR" };
    private static readonly Option<bool> Resume = new("--resume") { Description = "Go on with the run in the folder --out, from its last checkpoint." };
    private static readonly Option<string?> Metrics = new("--metrics") { Description = "Where the metrics go; metrics.jsonl in the run's folder by default.", HelpName = "FILE" };
    private static readonly Option<string?> Data = CommonOptions.Data();

    public static Command Create()
    {
        Recipe.AcceptOnlyFromAmong(FashionMnistRecipe.Name);
        CommonOptions.Restrict(LearningRate, value => value is > 0 and < double.PositiveInfinity, "must be a positive number");
        CommonOptions.Restrict(Seed, value => value >= 0, "must be a whole number that is not negative");
        var command = new Command("train", "Train a model.") { Recipe, Device, Epochs, Batch, LearningRate, Seed, Out, Resume, Metrics, Data };
        command.Validators.Add(result =>
        {
            if (result.GetValue(Resume) && result.GetValue(Out) is null)
                result.AddError("--resume needs --out DIR, the folder of the run to go on with.");
        });
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult parsed)
    {
        var isResumed = parsed.GetValue(Resume);
        var isForScripts = parsed.GetValue(CommonOptions.Json);
        var folder = parsed.GetValue(Out) is { } path ? new RunFolder(path) : RunFolder.New(FashionMnistRecipe.Name);
        var started = isResumed ? Continue(parsed, folder.ReadDescription()) : null;
        if (!isResumed && File.Exists(folder.DescriptionFile))
            throw new IOException($"The folder '{folder.Path}' already holds a run; add --resume to go on with it, or name another folder.");

        using var device = Devices.Device.Open(started?.Device ?? parsed.GetRequiredValue(Device));
        var description = started ?? Describe(parsed, device);
        var (training, test) = FashionMnistRecipe.Load(parsed.GetValue(Data));
        folder.Create(description);

        using var random = new RandomGenerator(description.Seed);
        var model = FashionMnistRecipe.CreateModel(random);
        using var optimizer = new Adam(model.Parameters(), description.LearningRate);
        var batches = FashionMnistRecipe.Training(training, description.Batch, description.Seed, out var batchesPerEpoch);
        var options = new TrainingOptions
        {
            Steps = (long)description.Epochs * batchesPerEpoch,
            StepsPerValidation = batchesPerEpoch,
            Schedule = new ConstantSchedule(description.LearningRate),
            CheckpointFolder = folder.CheckpointFolder,
        };
        using var trainer = new Trainer(device, model, FashionMnistRecipe.Objective(model), optimizer, random, options);
        if (isResumed && File.Exists(Checkpoint.LastIn(folder.CheckpointFolder)))
            trainer.Resume();

        var epochs = folder.ReadEpochs(trainer.Progress.Validations);
        using var metrics = new MetricsLog(parsed.GetValue(Metrics) ?? folder.MetricsFile, trainer.Progress.Step);
        using var interruption = new Interruption();
        if (!isForScripts)
        {
            AnsiConsole.WriteLine($"{description.Recipe} on {device.Name} ({description.DeviceDescription})");
            AnsiConsole.WriteLine($"{training.Count:N0} training and {test.Count:N0} test images, {model.Parameters().Sum(p => p.Variable.Shape.ElementCount):N0} parameters");
        }

        var end = Watch(isForScripts, context => trainer.Run(
            batches, FashionMnistRecipe.Test(test), new TrainingDisplay(context, metrics, folder, model, epochs, batchesPerEpoch), interruption.Token));

        if (end == TrainingEnd.Interrupted)
        {
            Terminal.Error($"Interrupted after step {trainer.Progress.Step}; the run is saved, and '--resume --out {folder.Path}' goes on with it.");
            return ExitCode.Interrupted;
        }

        // Its arenas go before the evaluation takes one of its own.
        trainer.Dispose();
        var evaluation = Evaluation.Of(device, model, test);
        Charts.Curves(epochs, folder.CurvesFile);
        Charts.Confusion(evaluation.Confusion, test.ClassNames, folder.ConfusionFile);
        if (isForScripts)
            Terminal.Json(new { device = device.Name, epochs, peakMemoryBytes = ProcessMemory.PeakBytes(), run = folder.Path });
        else
            AnsiConsole.WriteLine($"test accuracy {evaluation.Accuracy:P2}, peak memory {ProcessMemory.PeakBytes() / 1e6:N0} MB\nrun {folder.Path}");
        return ExitCode.Done;
    }

    private static TrainingEnd Watch(bool isForScripts, Func<ProgressContext?, TrainingEnd> train) => isForScripts
        ? train(null)
        : AnsiConsole.Progress().AutoClear(true).HideCompleted(true).Columns(TrainingDisplay.Columns()).Start(train);

    private static RunDescription Describe(ParseResult parsed, Devices.Device device) => new(
        parsed.GetRequiredValue(Recipe),
        device.Name,
        device.Description,
        parsed.GetValue(Seed),
        parsed.GetValue(Epochs),
        parsed.GetValue(Batch),
        parsed.GetValue(LearningRate),
        typeof(TrainCommand).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion,
        RuntimeInformation.FrameworkDescription,
        RuntimeInformation.OSDescription,
        [.. parsed.Tokens.Select(token => token.Value)],
        DateTimeOffset.Now);

    // A resumed run keeps its settings, so that it ends as it would have without the stop; only its length may change.
    private static RunDescription Continue(ParseResult parsed, RunDescription run)
    {
        Same(Device, run.Device);
        Same(Batch, run.Batch);
        Same(LearningRate, run.LearningRate);
        Same(Seed, run.Seed);
        return IsGiven(Epochs) ? run with { Epochs = parsed.GetValue(Epochs) } : run;

        bool IsGiven(Option option) => parsed.GetResult(option) is { Implicit: false };

        void Same<T>(Option<T> option, T was)
            where T : notnull
        {
            if (IsGiven(option) && !was.Equals(parsed.GetValue(option)))
                throw new ArgumentException($"The run was started with {option.Name} {was}; a resumed run can't change it to {parsed.GetValue(option)}.");
        }
    }
}
