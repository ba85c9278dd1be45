using ComputeCore.Graphs;
using ComputeCore.Operations;

namespace ComputeCore.Benchmarking.Cases;

/// <summary>Matrix products [M, K] x [K, N]: squares, those of GPT-2 small on 256 tokens and on few, and its gradients' layouts.</summary>
internal static class Gemm
{
    // The part of the result that is checked.
    private const int Rows = 16;
    private const int Columns = 24;

    public static IEnumerable<BenchmarkCase> Cases { get; } =
    [
        .. new[] { 64, 128, 256, 512, 1024, 2048 }.Select(size => Product(size, size, size)),
        // GPT-2 small: projections to q, k, v and back, the two layers of the perceptron, the logits. Weights are [N, K].
        .. new[] { (2304, 768), (768, 768), (3072, 768), (768, 3072), (50257, 768) }.Select(size => Product(256, size.Item1, size.Item2, transposeB: true, isCold: true)),
        .. new[] { 1, 4, 16 }.SelectMany(m => new[] { Product(m, 3072, 768, transposeB: true, isCold: true), Product(m, 768, 3072, transposeB: true, isCold: true) }),
        Product(1, 50257, 768, transposeB: true, isCold: true),
        // Gradients: of the weights, dyᵀ x; of the input, dy w.
        Product(3072, 768, 256, transposeA: true),
        Product(256, 768, 3072),
    ];

    private static OperationCase Product(int m, int n, int k, bool transposeA = false, bool transposeB = false, bool isCold = false)
    {
        var operation = new MatMul(transposeA, transposeB);
        return new(
            "gemm",
            $"gemm {m}x{n}x{k} {(transposeA ? "Aᵀ" : "A")}{(transposeB ? "Bᵀ" : "B")}",
            [Draw.Uniform(transposeA ? [k, m] : [m, k], -1, 1), Draw.Uniform(transposeB ? [n, k] : [k, n], -1, 1)],
            x => [Node.Apply(operation, x[0], x[1])])
        {
            IsCold = isCold,
            Terms = k,
            // The last rows and columns: where tiles are cut off.
            Probe = new Probe(
                x => [Last(x[0], transposeA ? 1 : 0, Rows), Last(x[1], transposeB ? 0 : 1, Columns)],
                y => [Last(Last(y[0], 0, Rows), 1, Columns)]),
        };
    }

    private static Tensor Last(Tensor tensor, int axis, int count) => tensor.Slice(axis, Math.Max(0, tensor.Shape[axis] - count), tensor.Shape[axis]);
}
