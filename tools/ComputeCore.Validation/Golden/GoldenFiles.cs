using System.Text.Json;
using ComputeCore.Formats.Safetensors;

namespace ComputeCore.Validation.Golden;

/// <summary>The golden files, read as <c>tests/golden/README.md</c> describes them.</summary>
public static class GoldenFiles
{
    /// <summary>The paths of all files.</summary>
    public static IReadOnlyList<string> Paths { get; } =
        [.. Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "golden"), "*.safetensors").Order(StringComparer.Ordinal)];

    /// <summary>The cases of all files.</summary>
    public static IReadOnlyList<GoldenCase> Cases { get; } = [.. Paths.SelectMany(Read)];

    private static List<GoldenCase> Read(string path)
    {
        using var file = SafetensorsFile.Open(path);
        var tensors = file.Names.ToLookup(name => name[..name.IndexOf('/')]);
        return [.. file.Metadata.Select(entry =>
        {
            var description = JsonDocument.Parse(entry.Value).RootElement;
            return new GoldenCase(
                Path.GetFileNameWithoutExtension(path),
                entry.Key,
                description.GetProperty("operation").GetString()!,
                new Attributes(description.GetProperty("attributes")),
                tensors[entry.Key].ToDictionary(name => name[(entry.Key.Length + 1)..], file.Read));
        })];
    }
}
