using ComputeCore.Data;
using Spectre.Console;

namespace ComputeCore.Cli.Recipes;

/// <summary>The data sets that can be fetched by name.</summary>
internal static class DataSources
{
    public static IReadOnlyList<string> Names { get; } = [FashionMnistRecipe.Id, .. TextDatasets.Names];

    /// <summary>The data set's folder in the cache, fetched if it is not there; progress goes to standard error.</summary>
    public static string Fetch(string name)
    {
        if (!Names.Contains(name))
            throw new ArgumentException($"There is no data set '{name}'; there is {string.Join(", ", Names)}.");
        using var interruption = new Runs.Interruption();
        var terminal = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        string? last = null;
        var progress = new ImmediateProgress(step =>
        {
            if (step.Step != last)
                terminal.MarkupLineInterpolated($"[grey]{step.Step}[/]");
            last = step.Step;
        });
        var fetch = name == FashionMnistRecipe.Id ? FashionMnistSource.FetchAsync(null, progress, interruption.Token) : TextDatasets.FetchAsync(name, progress, interruption.Token);
        return fetch.GetAwaiter().GetResult();
    }

    // Progress<T> reports from other threads, after the fact.
    private sealed class ImmediateProgress(Action<FetchProgress> report) : IProgress<FetchProgress>
    {
        public void Report(FetchProgress value) => report(value);
    }
}
