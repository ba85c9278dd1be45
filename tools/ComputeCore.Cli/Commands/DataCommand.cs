using System.CommandLine;
using ComputeCore.Cli.Recipes;

namespace ComputeCore.Cli.Commands;

/// <summary><c>data fetch NAME</c>: puts a data set into the cache folder.</summary>
internal static class DataCommand
{
    public static Command Create()
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
        return new Command("data", "Data sets.") { fetch };
    }
}
