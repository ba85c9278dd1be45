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

    /// <summary>What the user types to name a command: <c>computecore data fetch</c>.</summary>
    public static string NameOf(CommandResult command) =>
        command.Parent is CommandResult parent ? $"{NameOf(parent)} {command.Command.Name}" : command.Command.Name;
}
