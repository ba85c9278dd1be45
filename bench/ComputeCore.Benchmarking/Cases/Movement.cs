using ComputeCore.Graphs;
using ComputeCore.Operations;

namespace ComputeCore.Benchmarking.Cases;

/// <summary>Data that are moved: copies within the caches and beyond, transposition, and the rows of an embedding.</summary>
internal static class Movement
{
    private const int Width = 768;
    private const int Vocabulary = 50257;
    private const int Tokens = 4096;

    public static IEnumerable<BenchmarkCase> Cases { get; } =
    [
        .. new[] { 128, 32768 }.Select(rows => new OperationCase("copy", $"copy {rows}x{Width}", [Draw.Uniform([rows, Width], -1, 1)], x => [Node.Apply(new Copy(), x[0])]) { Probe = Probe.Rows(16) }),
        new OperationCase("copy", $"transpose 4096x{Width}", [Draw.Uniform([4096, Width], -1, 1)], x => [x[0].Permute([1, 0])]),
        new OperationCase(
            "copy",
            $"embedding {Tokens} of {Vocabulary}x{Width}",
            [Draw.Uniform([Vocabulary, Width], -1, 1), Draw.Integers([Tokens], ElementType.Int64, 0, Vocabulary - 1)],
            x => [x[0].IndexSelect(0, x[1])])
        {
            Probe = new Probe(x => [x[0], x[1].Slice(0, 0, 64)], y => [y[0].Slice(0, 0, 64)]),
        },
    ];
}
