using System.Text.Json;
using ComputeCore.Formats.Safetensors;

namespace ComputeCore.Testing;

/// <summary>One call of PyTorch with its results, from tests/golden; the format stands in the README there.</summary>
internal sealed class GoldenCase(string name, string operation, JsonElement attributes, IReadOnlyDictionary<string, TensorData> tensors)
{
    /// <summary>PyTorch's name of the operation.</summary>
    public string Operation { get; } = operation;

    /// <summary>The arguments in PyTorch's order.</summary>
    public TensorData[] Inputs { get; } = [.. Numbered(tensors, "input")];

    /// <summary>The results.</summary>
    public TensorData[] Outputs { get; } = [.. Numbered(tensors, "output")];

    /// <summary>The gradient at the first result; null if the case has none.</summary>
    public TensorData? OutputGradient => tensors.GetValueOrDefault("gradOutput0");

    /// <summary>The inputs that have a gradient.</summary>
    public int[] Differentiable { get; } = [.. Enumerable.Range(0, Numbered(tensors, "input").Count()).Where(i => tensors.ContainsKey($"gradInput{i}"))];

    /// <summary>All cases of a family.</summary>
    public static IEnumerable<GoldenCase> Read(string family)
    {
        using var file = SafetensorsFile.Open(Path.Combine(Folder(), family + ".safetensors"));
        var byCase = file.Names.ToLookup(tensor => tensor[..tensor.LastIndexOf('/')]);
        foreach (var (name, json) in file.Metadata)
        {
            using var description = JsonDocument.Parse(json);
            var root = description.RootElement.Clone();
            yield return new GoldenCase(name, root.GetProperty("operation").GetString()!, root.GetProperty("attributes"), byCase[name].ToDictionary(tensor => tensor[(name.Length + 1)..], file.Read));
        }
    }

    /// <summary>An attribute that is a number.</summary>
    public double Number(string attribute) => attributes.GetProperty(attribute).GetDouble();

    /// <summary>An attribute that is a number, or that PyTorch leaves out.</summary>
    public double Number(string attribute, double absent) => attributes.TryGetProperty(attribute, out var value) ? value.GetDouble() : absent;

    /// <summary>An attribute that is a whole number.</summary>
    public int Integer(string attribute) => attributes.GetProperty(attribute).GetInt32();

    /// <summary>An attribute that is a whole number or None.</summary>
    public int? OptionalInteger(string attribute) =>
        attributes.GetProperty(attribute) is { ValueKind: not JsonValueKind.Null } value ? value.GetInt32() : null;

    /// <summary>An attribute that is true or false.</summary>
    public bool Flag(string attribute) => attributes.GetProperty(attribute).GetBoolean();

    /// <summary>An attribute that is a word.</summary>
    public string Word(string attribute) => attributes.GetProperty(attribute).GetString()!;

    /// <summary>An attribute that is a list of whole numbers.</summary>
    public Axes Integers(string attribute) => Axes.Create([.. attributes.GetProperty(attribute).EnumerateArray().Select(value => value.GetInt32())]);

    /// <summary>One column of an attribute that is a list of rows of whole numbers.</summary>
    public Axes Column(string attribute, int column) => Axes.Create([.. attributes.GetProperty(attribute).EnumerateArray().Select(row => row[column].GetInt32())]);

    /// <summary>
    /// Throws unless a result is within the tolerance of PyTorch's f32 result, or at least as near to its f64 result as that is.
    /// </summary>
    public void AssertClose(TensorData result, string tensor)
    {
        var torch = tensors[tensor];
        if (result.Shape != torch.Shape)
            throw new InvalidOperationException($"{tensor} has the shape {result.Shape}, but PyTorch's has {torch.Shape}.");
        var (values, expected) = (result.ToDoubles(), torch.ToDoubles());
        var truths = tensors.TryGetValue(tensor + ".float64", out var exact) ? exact.ToDoubles() : expected;
        for (var i = 0; i < values.Length; i++)
        {
            // As f32, the results' type: what overflows it is infinite.
            var isFloat = torch.ElementType == ElementType.Float32;
            var (value, truth) = isFloat ? ((float)values[i], (float)truths[i]) : (values[i], truths[i]);
            var isRight = value.Equals(truth)
                || Operations.Tolerance.Float32.Error(value, expected[i]) <= 1
                || Math.Abs(value - truths[i]) <= Math.Abs(expected[i] - truths[i]);
            if (!isRight)
                throw new InvalidOperationException($"{tensor} is {value:R} at element {i}, but PyTorch's is {expected[i]:R} in float32 and {truths[i]:R} in float64.");
        }
    }

    /// <inheritdoc/>
    public override string ToString() => name;

    private static IEnumerable<TensorData> Numbered(IReadOnlyDictionary<string, TensorData> tensors, string prefix)
    {
        for (var i = 0; tensors.TryGetValue($"{prefix}{i}", out var tensor); i++)
            yield return tensor;
    }

    private static string Folder()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (Path.Combine(folder.FullName, "tests", "golden") is var golden && Directory.Exists(golden))
                return golden;
        throw new DirectoryNotFoundException($"There is no folder tests/golden above {AppContext.BaseDirectory}.");
    }
}
