using System.Text.Json;
using System.Text.Json.Serialization;

namespace ComputeCore.Cli;

/// <summary>What the program writes: JSON on standard output, errors on standard error.</summary>
internal static class Terminal
{
    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    private static readonly JsonSerializerOptions OneLine = new(Indented) { WriteIndented = false };

    public static void Json<T>(T document) => Console.Out.WriteLine(ToJson(document));

    public static string ToJson<T>(T document) => JsonSerializer.Serialize(document, Indented);

    public static string ToJsonLine<T>(T document) => JsonSerializer.Serialize(document, OneLine);

    public static T? FromJson<T>(string json) => JsonSerializer.Deserialize<T>(json, Indented);

    public static void Error(string message) => Console.Error.WriteLine($"computecore: {message}");

    /// <summary>An exception as one sentence without the parts that .NET adds for programmers.</summary>
    public static string Sentence(Exception e)
    {
        while (e is AggregateException or TypeInitializationException && e.InnerException is { } inner)
            e = inner;
        var message = e is ArgumentException { ParamName: { } name } ? e.Message.Replace($" (Parameter '{name}')", "", StringComparison.Ordinal) : e.Message;
        return message.ReplaceLineEndings(" ").TrimEnd();
    }
}
