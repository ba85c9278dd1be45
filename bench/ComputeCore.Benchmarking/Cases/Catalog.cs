namespace ComputeCore.Benchmarking.Cases;

/// <summary>All cases, by group.</summary>
internal static class Catalog
{
    private static readonly (string Group, Func<IEnumerable<BenchmarkCase>> Cases)[] Entries =
    [
        ("gemm", () => Gemm.Cases),
        ("conv", () => Convolution.Cases),
        ("attention", () => Attention.Cases),
        ("norm", () => RowWise.Norm),
        ("softmax", () => RowWise.Softmax),
        ("elementwise", () => Elementwise.Cases),
        ("copy", () => Movement.Cases),
        ("train", () => Networks.Train),
        ("infer", () => Networks.Infer),
    ];

    /// <summary>The groups' names.</summary>
    public static IReadOnlyList<string> Groups { get; } = [.. Entries.Select(entry => entry.Group)];

    /// <summary>The cases of the given groups; of all if none is named.</summary>
    public static IReadOnlyList<BenchmarkCase> Of(IReadOnlyCollection<string> groups) =>
        [.. Entries.Where(entry => groups.Count == 0 || groups.Contains(entry.Group)).SelectMany(entry => entry.Cases())];
}
