using ComputeCore.Models;
using ComputeCore.Operations;

namespace ComputeCore.Benchmarking.Cases;

/// <summary>Whole models: training steps with AdamW, and forward passes.</summary>
internal static class Networks
{
    private static readonly Draw TwoImages = Draw.Uniform([2, 1, 28, 28], 0, 1);

    public static IEnumerable<BenchmarkCase> Train { get; } = [SmallCnnOf("train", 64)];

    public static IEnumerable<BenchmarkCase> Infer { get; } = [SmallCnnOf("infer", 1), SmallCnnOf("infer", 64)];

    private static ModelCase SmallCnnOf(string group, int batch) =>
        new(group, $"{group} Fashion-MNIST CNN, batch {batch}", SmallCnn.Create, Draw.Uniform([batch, 1, 28, 28], 0, 1), TwoImages);
}
