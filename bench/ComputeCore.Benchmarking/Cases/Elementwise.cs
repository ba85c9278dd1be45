using ComputeCore.Graphs;
using ComputeCore.Operations;

namespace ComputeCore.Benchmarking.Cases;

/// <summary>Element-wise operations as in GPT-2's blocks and in training, within the caches and beyond.</summary>
internal static class Elementwise
{
    private const int Columns = 3072;
    private const int Checked = 16;

    public static IEnumerable<BenchmarkCase> Cases { get; } =
    [
        .. new[] { 32, 8192 }.SelectMany(rows => new OperationCase[]
        {
            Of("add", rows, 2, x => [x[0] + x[1]]),
            Of("relu", rows, 1, x => [x[0].Relu()]),
            Of("gelu", rows, 1, x => [x[0].Gelu()]),
            Of("gelu by tanh", rows, 1, x => [Node.Apply(new GeluTanh(), x[0])]),
            Of("gelu gradient", rows, 2, x => [Node.Apply(new GeluGradient(), x[0], x[1])]),
            Of("tanh", rows, 1, x => [x[0].Tanh()]),
            Of("bias and gelu", rows, 1, x => [(x[0] + x[1]).Gelu()], Draw.Uniform([Columns], -1, 1)),
            Of("AdamW", rows, 4, x => [.. Node.ApplyMany(new AdamUpdate(0.9, 0.999, 1e-8, 0.01, true), x)], Draw.Values([], 1e-3), Draw.Values([], ElementType.Int64, 5), Draw.Values([], 1)),
        }),
        new OperationCase("elementwise", $"dropout 8192x{Columns}", [Random, Draw.Uniform([8192, Columns], -1, 1)], x => [Node.Apply(new Dropout(0.1, 0), x[1], x[0])]),
    ];

    private static Draw Random => Draw.Values([2], ElementType.Int64, 1, 5);

    private static OperationCase Of(string name, int rows, int tensors, Func<Tensor[], Tensor[]> body, params Draw[] others) => new(
        "elementwise", $"{name} {rows}x{Columns}", [.. Enumerable.Repeat(Draw.Uniform([rows, Columns], name == "AdamW" ? 0 : -1, 1), tensors), .. others], body)
    {
        Probe = Probe.Rows(Checked),
    };
}
