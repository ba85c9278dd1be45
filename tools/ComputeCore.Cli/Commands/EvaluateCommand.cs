using System.CommandLine;
using ComputeCore.Cli.Recipes;
using ComputeCore.Cli.Runs;
using ComputeCore.Data;
using Spectre.Console;

namespace ComputeCore.Cli.Commands;

/// <summary><c>evaluate RUN</c>: the model of a run on the test images, class by class.</summary>
internal static class EvaluateCommand
{
    public static Command Create()
    {
        var run = new Argument<string>("RUN") { Description = "The run's folder." };
        var (device, data) = (CommonOptions.Device(), CommonOptions.Data());
        var command = new Command("evaluate", "Test the model of a run.") { run, device, data };
        command.SetAction(parsed =>
        {
            using var opened = Devices.Device.Open(parsed.GetRequiredValue(device));
            var folder = new RunFolder(parsed.GetRequiredValue(run));
            using var random = new RandomGenerator(0);
            var model = folder.LoadModel(random);
            var (_, test) = FashionMnistRecipe.Load(parsed.GetValue(data));
            var evaluation = Evaluation.Of(opened, model, test);
            ClassResult[] classes = [.. test.ClassNames.Select((name, i) => Result(name, i, evaluation.Confusion))];
            if (parsed.GetValue(CommonOptions.Json))
                Terminal.Json(new { run = folder.Path, device = opened.Name, images = test.Count, evaluation.Loss, evaluation.Accuracy, classes, evaluation.Confusion });
            else
                Print(evaluation, classes, test);
            return ExitCode.Done;
        });
        return command;
    }

    private static ClassResult Result(string name, int index, IReadOnlyList<int[]> confusion)
    {
        var right = confusion[index][index];
        return new ClassResult(name, Share(right, confusion.Sum(row => row[index])), Share(right, confusion[index].Sum()));

        static double Share(int part, int whole) => whole == 0 ? 0 : part / (double)whole;
    }

    private static void Print(Evaluation evaluation, ClassResult[] classes, ImageClassificationDataset test)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumn("Class").AddColumn("Precision", column => column.RightAligned()).AddColumn("Recall", column => column.RightAligned());
        foreach (var result in classes)
            table.AddRow(Markup.Escape(result.Name), $"{result.Precision:P1}", $"{result.Recall:P1}");
        AnsiConsole.Write(table);
        AnsiConsole.WriteLine($"{test.Count:N0} images: loss {evaluation.Loss:F4}, accuracy {evaluation.Accuracy:P2}");
    }

    /// <param name="Name">The class.</param>
    /// <param name="Precision">Of the images taken for this class, the share that is.</param>
    /// <param name="Recall">Of the images of this class, the share taken for it.</param>
    private sealed record ClassResult(string Name, double Precision, double Recall);
}
