using System.CommandLine;
using ComputeCore.Cli.Recipes;
using ComputeCore.Cli.Runs;
using ComputeCore.Data;
using ComputeCore.Nn;
using Spectre.Console;

namespace ComputeCore.Cli.Commands;

/// <summary><c>classify RUN IMAGE…</c>: what a trained model sees in image files.</summary>
internal static class ClassifyCommand
{
    private const int Side = 28;
    private const int Shown = 3;

    public static Command Create()
    {
        var run = new Argument<string>("RUN") { Description = "The run's folder." };
        var images = new Argument<string[]>("IMAGE") { Description = "Image files (PNG, JPEG, WebP, BMP, GIF). They are made gray and scaled to 28 x 28 pixels.", Arity = ArgumentArity.OneOrMore };
        var invert = new Option<bool>("--invert") { Description = "For dark things on a light background: the model was trained on light things on black." };
        var device = CommonOptions.Device();
        var command = new Command("classify", "Classify images with the model of a run.") { run, images, invert, device };
        command.SetAction(parsed =>
        {
            using var opened = Devices.Device.Open(parsed.GetRequiredValue(device));
            using var random = new RandomGenerator(0);
            var folder = new RunFolder(parsed.GetRequiredValue(run));
            if (folder.ReadDescription().Recipe != FashionMnistRecipe.Id)
                throw new ArgumentException($"The run '{folder.Path}' is of the recipe {folder.ReadDescription().Recipe}; classify needs one of {FashionMnistRecipe.Id}.");
            folder.RequireModel();
            var model = FashionMnistRecipe.CreateModel(random);
            StateFile.Load(folder.ModelFile, model);
            model.Train(false);
            using var function = new Function(opened, inputs => [model.Forward(inputs[0]).Softmax()]);
            ImageResult[] results = [.. parsed.GetRequiredValue(images).Select(path => new ImageResult(path, Classify(function, path, parsed.GetValue(invert))))];
            if (parsed.GetValue(CommonOptions.Json))
                Terminal.Json(new { images = results });
            else
                Print(results);
            return ExitCode.Done;
        });
        return command;
    }

    private static Prediction[] Classify(Function function, string path, bool isInverted)
    {
        var pixels = ImageResize.Resize(ImageFile.Load(path, channels: 1), Side, Side);
        float[] input = [.. pixels.Bytes.ToArray().Select(pixel => (isInverted ? 255 - pixel : pixel) / 255f)];
        var probabilities = function.Run(TensorData.From([1, 1, Side, Side], input))[0].AsSpan<float>().ToArray();
        return [.. probabilities.Select((probability, label) => new Prediction(label, FashionMnist.ClassNames[label], probability)).OrderByDescending(prediction => prediction.Probability)];
    }

    private static void Print(ImageResult[] results)
    {
        foreach (var result in results)
            AnsiConsole.WriteLine($"{result.Path}: {string.Join(", ", result.Predictions.Take(Shown).Select(prediction => $"{prediction.Name} {prediction.Probability:P1}"))}");
    }

    private sealed record ImageResult(string Path, IReadOnlyList<Prediction> Predictions);

    private sealed record Prediction(int Label, string Name, double Probability);
}
