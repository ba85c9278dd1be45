using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace ComputeCore.Accelerators.Tuning;

/// <summary>
/// The variants that were fastest, by problem, in one small JSON file per device and driver under the user's cache folder
/// (<c>$XDG_CACHE_HOME/computecore/tuning</c>). A file that can't be read or written costs only the measuring again.
/// </summary>
internal sealed class TuningCache
{
    private readonly string file;
    private readonly Dictionary<string, string> choices;

    /// <summary>Opens the cache of a device.</summary>
    /// <param name="folder">Where the files lie.</param>
    /// <param name="device">Hardware and driver version; another driver may make another variant the fastest.</param>
    public TuningCache(string folder, string device)
    {
        file = Path.Combine(folder, $"{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(device)))[..16]}.json");
        choices = Read(file);
    }

    /// <summary>The user's cache folder.</summary>
    public static string DefaultFolder()
    {
        var caches = Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } named
            ? named
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
        return Path.Combine(caches, "computecore", "tuning");
    }

    /// <summary>The variant that was fastest for a problem; null if it was not measured yet.</summary>
    public string? Find(string problem) => choices.GetValueOrDefault(problem);

    /// <summary>Remembers the fastest variant.</summary>
    public void Remember(string problem, string variant)
    {
        // Another process may have measured meanwhile. What it wrote stands, so that every run after it makes the same choice.
        foreach (var (known, choice) in Read(file))
            choices[known] = choice;
        choices.TryAdd(problem, variant);
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            var partial = $"{file}.{Environment.ProcessId}.partial";
            File.WriteAllText(partial, Write(choices));
            File.Move(partial, file, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A read-only home is no reason not to compute.
        }
    }

    private static Dictionary<string, string> Read(string file)
    {
        var choices = new Dictionary<string, string>();
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllText(file));
            foreach (var choice in document.RootElement.EnumerateObject())
                choices[choice.Name] = choice.Value.GetString() ?? "";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or InvalidOperationException)
        {
            choices.Clear();
        }

        return choices;
    }

    private static string Write(Dictionary<string, string> choices)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true }))
        {
            writer.WriteStartObject();
            foreach (var (problem, variant) in choices.OrderBy(choice => choice.Key, StringComparer.Ordinal))
                writer.WriteString(problem, variant);
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
