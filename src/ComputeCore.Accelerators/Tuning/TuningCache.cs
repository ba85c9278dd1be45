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
    // How often the lock is tried for, and milliseconds in between.
    private const int Attempts = 1000;
    private const int Pause = 5;

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

    /// <summary>
    /// Remembers the fastest variant, unless another process has measured meanwhile: then its choice stands, so that all take the
    /// same one.
    /// </summary>
    /// <param name="problem">What was measured.</param>
    /// <param name="variant">The variant that was fastest.</param>
    /// <param name="names">All variants; a remembered one that is not among them is forgotten.</param>
    /// <returns>The variant to take.</returns>
    public string Settle(string problem, string variant, IReadOnlyCollection<string> names)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            using var turn = TakeTurn();
            foreach (var (known, choice) in Read(file))
                choices[known] = choice;
            if (choices.TryGetValue(problem, out var standing) && names.Contains(standing))
                return standing;
            choices[problem] = variant;
            var partial = $"{file}.partial";
            File.WriteAllText(partial, Write(choices));
            File.Move(partial, file, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A read-only home is no reason not to compute.
            choices[problem] = variant;
        }

        return variant;
    }

    // Reading, adding and writing is one process's at a time: otherwise one of two would lose what it added. The lock goes with the
    // process that holds it.
    private FileStream TakeTurn()
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return new FileStream($"{file}.lock", FileMode.OpenOrCreate, FileAccess.Write, FileShare.None);
            }
            catch (IOException) when (attempt < Attempts)
            {
                Thread.Sleep(Pause);
            }
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
