using System.CommandLine;
using ComputeCore.Cli.Recipes;
using ComputeCore.Cli.Runs;
using ComputeCore.Nn;

namespace ComputeCore.Cli.Commands;

/// <summary><c>evaluate RUN</c>: the model of a run on data that it was not trained on.</summary>
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
            var description = folder.ReadDescription();
            folder.RequireModel();
            var recipe = Recipe.Named(description.Recipe);
            using var job = recipe.Prepare(recipe.Settings.Read(folder.ConfigurationFile), folder, parsed.GetValue(data) ?? description.Data);
            StateFile.Load(folder.ModelFile, job.Model);
            var evaluation = job.Evaluate(opened);
            if (parsed.GetValue(CommonOptions.Json))
                Terminal.Json(new Dictionary<string, object>([new("run", folder.Path), new("device", opened.Name), .. evaluation.Fields]));
            else
                evaluation.Print();
            return ExitCode.Done;
        });
        return command;
    }
}
