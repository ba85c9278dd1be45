namespace ComputeCore.Validation.Golden;

/// <summary>One case of a golden file: a PyTorch operation, its attributes, and the tensors that went in and came out.</summary>
/// <param name="Family">The file's name without its ending.</param>
/// <param name="Name">The case's name, unique within the file.</param>
/// <param name="Operation">The operation as PyTorch calls it.</param>
/// <param name="Attributes">The operation's arguments that are no tensors.</param>
/// <param name="Tensors">The tensors, by what the case calls them: <c>input0</c>, <c>output0.float64</c>, …</param>
public sealed record GoldenCase(string Family, string Name, string Operation, Attributes Attributes, IReadOnlyDictionary<string, TensorData> Tensors)
{
    private const string InDouble = ".float64";

    /// <summary>A tensor of the case.</summary>
    public TensorData this[string part] => Tensors[part];

    /// <summary>What has to be computed: every result that PyTorch's file holds.</summary>
    public IEnumerable<string> Results =>
        Tensors.Keys.Where(part => part.StartsWith("output", StringComparison.Ordinal) ? !part.EndsWith(InDouble, StringComparison.Ordinal) : InDoubleOf(part) is not null);

    /// <summary>PyTorch's result computed in double, if it is floating point.</summary>
    public TensorData? InDoubleOf(string part) => Tensors.GetValueOrDefault(part + InDouble);

    /// <summary>The numbers i for which the case holds a tensor PREFIXi, in order.</summary>
    public int[] Numbers(string prefix) => [.. Enumerable.Range(0, Tensors.Count).Where(i => Tensors.ContainsKey($"{prefix}{i}"))];

    /// <summary>All tensors PREFIXi, in order.</summary>
    public TensorData[] All(string prefix) => [.. Numbers(prefix).Select(i => Tensors[$"{prefix}{i}"])];

    /// <inheritdoc/>
    public override string ToString() => $"{Family}/{Name}";
}
