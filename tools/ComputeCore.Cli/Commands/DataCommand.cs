using System.CommandLine;
using System.Globalization;
using ComputeCore.Cli.Recipes;
using ComputeCore.Cli.Runs;
using ComputeCore.Formats.Safetensors;

namespace ComputeCore.Cli.Commands;

/// <summary><c>data fetch NAME</c> puts a data set into the cache folder, <c>data export RECIPE</c> writes what a recipe makes of it.</summary>
internal static class DataCommand
{
    private static readonly Option<string?> Configuration = new("--config") { Description = "A YAML file with settings; the command line has the last word.", HelpName = "FILE" };
    private static readonly Option<string> Out = new("--out") { Description = "The safetensors file to write.", HelpName = "FILE", Required = true };
    private static readonly Option<string?> Data = CommonOptions.Data();

    public static Command Create() => new("data", "Data sets.") { CreateFetch(), CreateExport() };

    private static Command CreateFetch()
    {
        var name = new Argument<string>("NAME") { HelpName = "NAME", Description = $"The data set: {string.Join(", ", DataSources.Names)}." };
        name.AcceptOnlyFromAmong([.. DataSources.Names]);
        var fetch = new Command("fetch", "Fetch a data set into the cache folder and check it; one that is there is kept.") { name };
        fetch.SetAction(parsed =>
        {
            var data = parsed.GetRequiredValue(name);
            var folder = DataSources.Fetch(data);
            if (parsed.GetValue(CommonOptions.Json))
                Terminal.Json(new { name = data, folder });
            else
                Console.WriteLine($"{data}: {folder}");
            return ExitCode.Done;
        });
        return fetch;
    }

    private static Command CreateExport()
    {
        var export = new Command("export", "Write a recipe's initial weights and all its batches, for another framework to train the same.");
        foreach (var recipe in Recipe.All)
        {
            var command = new Command(recipe.Name, recipe.Description) { Configuration, Out, Data };
            foreach (var option in recipe.Settings.Options)
                command.Add(option);
            command.SetAction(parsed => Export(recipe, parsed));
            export.Add(command);
        }

        return export;
    }

    /// <summary>
    /// Tensors <c>weights.NAME</c>, and <c>training.BATCH.INDEX</c> and <c>validation.BATCH.INDEX</c>, the batches in the order in which they are taken.
    /// </summary>
    private static int Export(Recipe recipe, ParseResult parsed)
    {
        var (path, temporary) = (parsed.GetRequiredValue(Out), Directory.CreateTempSubdirectory("computecore-export-"));
        try
        {
            using var job = recipe.Prepare(recipe.Settings.Resolve(parsed.GetValue(Configuration), parsed), new RunFolder(temporary.FullName), parsed.GetValue(Data));
            var tensors = job.Model.State().ToDictionary(entry => $"weights.{entry.Name}", entry => entry.Variable.Read());
            var training = Add(tensors, "training", job.Training(0).Take((int)job.Options.Steps * job.Options.MicroBatches));
            var validation = Add(tensors, "validation", job.Validation);
            SafetensorsWriter.Write(path, tensors);
            if (parsed.GetValue(CommonOptions.Json))
                Terminal.Json(new { file = path, trainingBatches = training, validationBatches = validation });
            else
                Console.WriteLine($"{path}: weights, {training} batches to train on and {validation} to validate");
            return ExitCode.Done;
        }
        finally
        {
            temporary.Delete(recursive: true);
        }
    }

    // A batch's memory is the next one's too.
    private static int Add(Dictionary<string, TensorData> tensors, string name, IEnumerable<TensorData[]> batches)
    {
        var count = 0;
        foreach (var batch in batches)
        {
            foreach (var (tensor, index) in batch.Select((tensor, index) => (tensor, index)))
                tensors.Add(string.Create(CultureInfo.InvariantCulture, $"{name}.{count}.{index}"), new TensorData(tensor.Type, tensor.Bytes.ToArray()));
            count++;
        }

        return count;
    }
}
