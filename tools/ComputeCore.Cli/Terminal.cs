using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Spectre.Console;

namespace ComputeCore.Cli;

/// <summary>What the program writes: JSON on standard output, errors on standard error.</summary>
internal static class Terminal
{
    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        // The documents are read by programs and people, never put into a web page.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private static readonly JsonSerializerOptions Compact = new(Indented) { WriteIndented = false };

    // Wide enough for every line, where no terminal says how wide it is.
    private const int WidthOfFiles = 400;

    /// <summary>Keeps what goes into a file or another program from being wrapped as for a terminal.</summary>
    public static void Prepare()
    {
        if (Console.IsOutputRedirected)
            AnsiConsole.Profile.Width = WidthOfFiles;
    }

    public static void Json<T>(T document) => Console.Out.WriteLine(ToJson(document));

    public static string ToJson<T>(T document) => JsonSerializer.Serialize(document, Indented);

    public static string ToJsonLine<T>(T document) => JsonSerializer.Serialize(document, Compact);

    public static T? FromJson<T>(string json) => JsonSerializer.Deserialize<T>(json, Indented);

    public static void Error(string message) => Console.Error.WriteLine($"computecore: {message}");

    /// <summary>An exception as one sentence without the parts that .NET adds for programmers.</summary>
    public static string Sentence(Exception e)
    {
        while (e is AggregateException or TypeInitializationException && e.InnerException is { } inner)
            e = inner;
        var message = e is ArgumentException { ParamName: { } name } ? e.Message.Replace($" (Parameter '{name}')", "", StringComparison.Ordinal) : e.Message;
        return OneLine(message);
    }

    /// <summary>A text without line breaks and indentation.</summary>
    public static string OneLine(string text) => string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    /// <summary>What is wrong with a command line; of a word that is not known, which may have been meant.</summary>
    public static IEnumerable<string> Errors(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        var unknown = parsed.UnmatchedTokens.FirstOrDefault(word => word.StartsWith("--", StringComparison.Ordinal)) ?? (parsed.UnmatchedTokens is [var first, ..] ? first : null);
        if (unknown is null)
            return parsed.Errors.Select(error => error.Message);
        var (word, isOption) = (unknown.Split('=')[0], unknown.StartsWith("--", StringComparison.Ordinal));
        string[] known = [.. isOption ? command.Options.Select(option => option.Name) : command.Subcommands.Select(inner => inner.Name)];
        return [$"'{command.Name}' has no {(isOption ? "option" : "argument")} '{word}'{(known.Length > 0 ? $"; the nearest one is '{Configuration.Nearest.To(word, known)}'" : "")}."];
    }

    /// <summary>What the user types to name a command: <c>computecore data fetch</c>.</summary>
    public static string NameOf(CommandResult command) =>
        command.Parent is CommandResult parent ? $"{NameOf(parent)} {command.Command.Name}" : command.Command.Name;
}
