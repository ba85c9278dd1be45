using ComputeCore.Graphs;
using ComputeCore.Operations;

namespace ComputeCore.Benchmarking.Cases;

/// <summary>Attention of 12 heads of 64, GPT-2 small's, over 256 to 2048 tokens, its gradient, and the decoding of one token.</summary>
internal static class Attention
{
    private const int Heads = 12;
    private const int Width = 64;

    // Queries and keys that are checked, the last ones: under the causal mask nobody else sees these keys.
    private const int Checked = 32;

    private static readonly double Scale = 1 / Math.Sqrt(Width);

    public static IEnumerable<BenchmarkCase> Cases { get; } =
    [
        .. new[] { 256, 512, 1024, 2048 }.SelectMany(length => new[] { Forward(length, length, false), Forward(length, length, true), Gradient(length) }),
        Forward(1, 1024, true),
        Forward(1, 16384, true),
    ];

    private static OperationCase Forward(int queries, int keys, bool isCausal)
    {
        var operation = new Operations.Attention(Scale, isCausal, false, false, 0, 0);
        return new(
            "attention",
            $"attention {queries}x{keys}x{Heads}x{Width}{(isCausal && queries > 1 ? " causal" : "")}",
            [Tokens(queries), Tokens(keys), Tokens(keys)],
            x => [Node.ApplyMany(operation, x)[0]])
        {
            IsCold = queries == 1,
            Terms = keys,
            Probe = new Probe(x => [Last(Head(x[0])), Head(x[1]), Head(x[2])], y => [Last(Head(y[0]))]),
        };
    }

    // Inputs: dy, q, k, v, y, log Σ exp(score).
    private static OperationCase Gradient(int length)
    {
        var operation = new AttentionGradient(Scale, true, false, false, 0, 0);
        return new(
            "attention",
            $"attention gradient {length}x{length}x{Heads}x{Width} causal",
            [.. Enumerable.Repeat(Tokens(length), 5), Draw.Uniform([1, Heads, length], Math.Log(length), Math.Log(length) + 0.5)],
            x => [.. Node.ApplyMany(operation, x)])
        {
            Terms = length,
            Probe = new Probe(
                x => [Last(Head(x[0])), Last(Head(x[1])), Head(x[2]), Head(x[3]), Last(Head(x[4])), x[5].Slice(1, Heads - 1, Heads).Slice(2, length - Checked, length)],
                gradients => [.. gradients.Select(gradient => Last(Head(gradient)))])
            {
                OfDefinition = gradients => [.. gradients.Select(Last)],
            },
        };
    }

    private static Draw Tokens(int length) => Draw.Uniform([1, length, Heads, Width], -1, 1);

    private static Tensor Head(Tensor tensor) => tensor.Slice(2, Heads - 1, Heads);

    private static Tensor Last(Tensor tensor) => tensor.Slice(1, Math.Max(0, tensor.Shape[1] - Checked), tensor.Shape[1]);
}
