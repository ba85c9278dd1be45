using System.Text.Json;
using ComputeCore.Formats.Safetensors;

namespace ComputeCore.Tests.Golden;

/// <summary>What PyTorch computed for one application of an operation; see tests/golden/README.md.</summary>
internal sealed class GoldenCase
{
    private readonly SafetensorsFile file;
    private readonly string name;
    private readonly JsonElement attributes;

    private GoldenCase(SafetensorsFile file, string name, string description)
    {
        this.file = file;
        this.name = name;
        var json = JsonDocument.Parse(description).RootElement;
        Operation = json.GetProperty("operation").GetString()!;
        attributes = json.GetProperty("attributes");
    }

    /// <summary>The operation's name in PyTorch.</summary>
    public string Operation { get; }

    /// <summary>The arguments.</summary>
    public TensorData[] Inputs => [.. Indices("input").Select(i => Read($"input{i}"))];

    /// <summary>The outputs' indices.</summary>
    public IReadOnlyList<int> Outputs => Indices("output");

    /// <summary>The indices of the outputs that have an upstream gradient.</summary>
    public IReadOnlyList<int> DifferentiatedOutputs => Indices("gradOutput");

    /// <summary>The indices of the inputs whose gradient is recorded.</summary>
    public IReadOnlyList<int> DifferentiatedInputs => Indices("gradInput");

    /// <summary>The cases of a family.</summary>
    public static IEnumerable<GoldenCase> Of(string family)
    {
        var file = SafetensorsFile.Open(Path.Combine(Folder(), family + ".safetensors"));
        return file.Metadata.Select(entry => new GoldenCase(file, entry.Key, entry.Value)).OrderBy(golden => golden.name, StringComparer.Ordinal);
    }

    /// <summary>A tensor of the case.</summary>
    public TensorData Read(string tensor) => file.Read($"{name}/{tensor}");

    /// <summary>What a part of the case should be: PyTorch's f32 result, and its f64 one where there is one.</summary>
    public (double[] Single, double[] Double) Truth(string tensor)
    {
        var single = Read(tensor).ToDoubles();
        return (single, file.Contains($"{name}/{tensor}.float64") ? Read($"{tensor}.float64").ToDoubles() : single);
    }

    /// <summary>An attribute.</summary>
    public T Get<T>(string attribute) => attributes.GetProperty(attribute).Deserialize<T>()!;

    /// <summary>An attribute of two numbers, rows first.</summary>
    public Pair GetPair(string attribute) => Get<int[]>(attribute) is [var height, var width] ? new Pair(height, width) : throw new InvalidDataException($"{name}: {attribute} is no pair.");

    public override string ToString() => name;

    private int[] Indices(string kind) => [.. Enumerable.Range(0, 8).Where(i => file.Contains($"{name}/{kind}{i}"))];

    private static string Folder()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (Path.Combine(folder.FullName, "tests", "golden") is var path && Directory.Exists(path))
                return path;
        throw new DirectoryNotFoundException("There is no folder tests/golden above the tests.");
    }
}
