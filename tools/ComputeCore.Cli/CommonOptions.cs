using System.CommandLine;
using System.Globalization;

namespace ComputeCore.Cli;

/// <summary>Options that several commands take.</summary>
internal static class CommonOptions
{
    public static Option<bool> Json { get; } = new("--json") { Description = "Print one JSON document instead of text for people." };

    public static Option<bool> Verbose { get; } = new("--verbose") { Description = "Print the stack trace of an error.", Recursive = true };

    public static Option<string> Device() =>
        new("--device") { Description = "The device to run on; 'computecore devices' lists them.", DefaultValueFactory = _ => "cpu", HelpName = "NAME" };

    public static Option<string?> Data() =>
        new("--data") { Description = "The folder that holds the data set's files; by default they are fetched into the cache folder.", HelpName = "DIR" };

    public static Option<string[]> Devices(string description) => new("--device")
    {
        Description = description, DefaultValueFactory = _ => ["cpu"], HelpName = "NAME", AllowMultipleArgumentsPerToken = true,
    };

    /// <summary>Gives <c>--json</c> to a command and each one below, unless it has one of its own.</summary>
    public static void AddJson(Command command)
    {
        foreach (var inner in command.Subcommands)
            AddJson(inner);
        if (command.Options.All(option => option.Name != Json.Name))
            command.Add(Json);
    }

    /// <summary>An option with a default and a range.</summary>
    public static Option<T> Restricted<T>(string name, string description, T initial, Predicate<T> holds, string rule, string placeholder)
        where T : IParsable<T> => new(name)
        {
            Description = description,
            DefaultValueFactory = _ => initial,
            HelpName = placeholder,
            CustomParser = result =>
            {
                if (T.TryParse(result.Tokens[0].Value, CultureInfo.InvariantCulture, out var value) && holds(value))
                    return value;
                result.AddError($"{name} {rule}, not '{result.Tokens[0].Value}'.");
                return default;
            },
        };
}
