using ComputeCore.Operations;

namespace ComputeCore.Benchmarking.Cases;

/// <summary>Normalizations and softmax over rows: GPT-2 small's widths, beyond the caches and within, and its vocabulary.</summary>
internal static class RowWise
{
    private const int Width = 768;
    private const int Many = 16384;
    private const int Few = 256;
    private const int Vocabulary = 50257;
    private const int Checked = 64;

    public static IEnumerable<BenchmarkCase> Norm { get; } =
    [
        .. new[] { Few, Many }.SelectMany(rows => new[] { LayerNorm(rows), LayerNormGradient(rows), RmsNorm(rows) }),
        new OperationCase("norm", "batch norm 64x64x56x56", [Images(), Channels(), Channels()], x => [x[0].BatchNormalization(x[1], x[2], 1e-5).Result]),
    ];

    public static IEnumerable<BenchmarkCase> Softmax { get; } =
    [
        .. new[] { Few, Many }.Select(rows => new OperationCase("softmax", $"softmax {rows}x{Width}", [Matrix(rows, Width)], x => [x[0].Softmax(1)]) { Probe = Probe.Rows(Checked) }),
        new OperationCase("softmax", $"log softmax {Few}x{Vocabulary}", [Matrix(Few, Vocabulary)], x => [x[0].LogSoftmax(1)]) { Probe = Probe.Rows(4), Terms = 100 },
        new OperationCase(
            "softmax", $"cross-entropy {Few}x{Vocabulary}", [Matrix(Few, Vocabulary), Draw.Integers([Few], ElementType.Int64, 0, Vocabulary - 1)], x => [x[0].CrossEntropy(x[1])]),
        new OperationCase(
            "softmax",
            $"cross-entropy and gradient {Few}x{Vocabulary}",
            [Matrix(Few, Vocabulary), Draw.Integers([Few], ElementType.Int64, 0, Vocabulary - 1)],
            x => x[0].CrossEntropy(x[1]).Gradients(x[0])),
    ];

    private static OperationCase LayerNorm(int rows) => new("norm", $"layer norm {rows}x{Width}", [Matrix(rows, Width), Row(), Row()], x => [x[0].LayerNormalization(1, x[1], x[2])])
    {
        Probe = Probe.Rows(Checked),
    };

    private static OperationCase RmsNorm(int rows) => new("norm", $"RMS norm {rows}x{Width}", [Matrix(rows, Width), Row()], x => [x[0].RmsNormalization(1, x[1])])
    {
        Probe = Probe.Rows(Checked),
    };

    // dy, x, and of the forward pass the mean and 1 / σ of each row; what it sums over the rows, the weights' gradients, is not sampled.
    private static OperationCase LayerNormGradient(int rows) => new(
        "norm", $"layer norm and gradient {rows}x{Width}", [Matrix(rows, Width), Matrix(rows, Width), Row(), Row()], x => (x[1].LayerNormalization(1, x[2], x[3]) * x[0]).Sum().Gradients(x[1], x[2], x[3]))
    {
        Terms = rows,
    };

    private static Draw Matrix(int rows, int columns) => Draw.Uniform([rows, columns], -1, 1);

    private static Draw Row() => Draw.Uniform([Width], -1, 1);

    private static Draw Images() => Draw.Uniform([64, 64, 56, 56], -1, 1);

    private static Draw Channels() => Draw.Uniform([64], -1, 1);
}
