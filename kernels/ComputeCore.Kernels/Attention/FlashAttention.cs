// softmax(scale · q kᵀ − slope · distance, masked) v without the matrix of scores (Dao, "FlashAttention-2", arXiv:2307.08691): a
// group takes 32 queries of a head and walks over the keys that they see in tiles of 32. Maximum m and sum l of each query's
// exponentials are brought up to date with each tile, and what was summed so far is scaled by e^(m_old − m_new). m + log l is kept
// for the gradients (FlashAttentionGradient). A work-item adds up the exponentials of its own keys; the eight work-items of a query
// put their sums together at the end.
//
//   Naive     a query per work-item, two walks over the keys: what the other is tested against
//   Forward   o and m + log l; the grid is tiles of queries by batch · heads by blocks of 128 columns
//
// Heads wider than 128 are shared by two groups, each of which computes the scores for itself. Registers of a work-item: 64 for
// sums, 16 for scores, 20 for operands; shared memory 22.5 KiB. FLOPs 4 T S D, and per key 64 of them for 8 (scores) or 12
// (values) reads of 16 bytes; bytes 4 D (2 T + 2 S T / 32).
using ComputeCore.Kernels.Gemm;
using ComputeCore.Kernels.Mathematics;
using ComputeCore.Kernels.RandomNumbers;
using ILGPU;

namespace ComputeCore.Kernels.Attention;

/// <summary>Attention of many queries.</summary>
internal static partial class FlashAttention
{
    /// <summary>Columns of the result that a group computes.</summary>
    public const int Columns = 2 * AttentionTile.Columns;

    /// <summary>o [B, T, H, D], and the logarithm of the sum of exponentials [B, H, T], a work-item for each of the latter.</summary>
    [Kernel]
    public static void Naive(
        ArrayView<float> q,
        ArrayView<float> k,
        ArrayView<float> v,
        ArrayView<int> spans,
        ArrayView<float> slopes,
        ArrayView<long> random,
        ArrayView<float> o,
        ArrayView<float> logSumExp,
        AttentionShape shape,
        int count)
    {
        var row = FlatIndex.Get();
        if (row >= count)
            return;
        var head = row / shape.Queries;
        var query = row - head * shape.Queries;
        var batch = head / shape.Heads;
        var h = head - batch * shape.Heads;
        var queries = HeadRows.Of(batch, shape.Queries, h, shape.Heads, shape.Width);
        var keys = HeadRows.Of(batch, shape.Keys, h / (shape.Heads / shape.KeyHeads), shape.KeyHeads, shape.Width);
        var span = AttentionSpan.Of(spans, batch, shape);
        var slope = AttentionScores.Slope(slopes, h, shape);
        var at = queries.Offset + query * queries.Stride;
        var maximum = AttentionScores.Lowest;
        var sum = 0f;
        for (var key = span.First; key < span.EndFor(query + 1, shape); key++)
        {
            var score = AttentionScores.Of(Product(q, at, k, keys.Offset + key * keys.Stride, shape.Width), query, key, span, slope, shape);
            var newMaximum = DeviceMath.Max(score, maximum);
            sum = MathF.FusedMultiplyAdd(sum, DeviceMath.Exp(maximum - newMaximum), DeviceMath.Exp(score - newMaximum));
            maximum = newMaximum;
        }

        var logSum = sum > 0 ? maximum + DeviceMath.Log(sum) : 0;
        for (var c = 0; c < shape.Width; c++)
            o[at + c] = 0;
        for (var key = span.First; key < span.EndFor(query + 1, shape); key++)
        {
            var score = AttentionScores.Of(Product(q, at, k, keys.Offset + key * keys.Stride, shape.Width), query, key, span, slope, shape);
            var weight = DeviceMath.Exp(score - logSum);
            if (shape.Dropped > 0)
                weight *= Philox.Masks(random, shape.Stream, (long)row * shape.Keys + key, shape.Dropped, Philox.Scale(shape.Dropped)).X;
            for (var c = 0; c < shape.Width; c++)
                o[at + c] = MathF.FusedMultiplyAdd(weight, v[keys.Offset + key * keys.Stride + c], o[at + c]);
        }

        logSumExp[row] = logSum;
    }

    /// <summary>o [B, T, H, D], and the logarithm of the sum of exponentials [B, H, T].</summary>
    [Kernel]
    public static void Forward(
        ArrayView<float> q,
        ArrayView<float> k,
        ArrayView<float> v,
        ArrayView<int> spans,
        ArrayView<float> slopes,
        ArrayView<long> random,
        ArrayView<float> o,
        ArrayView<float> logSumExp,
        AttentionShape shape)
    {
        var queryTile = SharedMemory.Allocate<Float4>(AttentionTile.Quads);
        var keyTile = SharedMemory.Allocate<Float4>(AttentionTile.Quads);
        var weights = SharedMemory.Allocate<Float4>(AttentionTile.Quads);
        var rows = SharedMemory.Allocate<Float4>(AttentionTile.ColumnQuads);
        var parts = SharedMemory.Allocate<Float4>(AttentionTile.GroupQuads);

        var mine = QueryTile.Of(spans, slopes, shape);
        var maxima = new Float4(AttentionScores.Lowest, AttentionScores.Lowest, AttentionScores.Lowest, AttentionScores.Lowest);
        Float4 sums = default;
        Block4x8 low = default, high = default;
        for (var firstKey = mine.Span.First; firstKey < mine.End; firstKey += AttentionTile.Size)
        {
            var products = AttentionTile.Products(queryTile, keyTile, q, mine.Queries, mine.First, k, mine.Keys, firstKey, shape);
            var key = firstKey + Group.IdxX * 4;
            var s = AttentionScores.Of(products, mine.Query, key, mine.Span, mine.Slope, shape);

            // The new maximum of each query: of its eight work-items' maxima.
            parts[Group.IdxX * 8 + Group.IdxY] = new Float4(Largest(s.Row0), Largest(s.Row1), Largest(s.Row2), Largest(s.Row3));
            Group.Barrier();
            var newMaxima = maxima;
            for (var i = 0; i < 8; i++)
                newMaxima = Larger(newMaxima, parts[i * 8 + Group.IdxY]);
            var scale = new Float4(
                DeviceMath.Exp(maxima.X - newMaxima.X),
                DeviceMath.Exp(maxima.Y - newMaxima.Y),
                DeviceMath.Exp(maxima.Z - newMaxima.Z),
                DeviceMath.Exp(maxima.W - newMaxima.W));
            maxima = newMaxima;
            s = AttentionScores.Exp(s, maxima);
            sums = new Float4(
                MathF.FusedMultiplyAdd(sums.X, scale.X, Sum(s.Row0)),
                MathF.FusedMultiplyAdd(sums.Y, scale.Y, Sum(s.Row1)),
                MathF.FusedMultiplyAdd(sums.Z, scale.Z, Sum(s.Row2)),
                MathF.FusedMultiplyAdd(sums.W, scale.W, Sum(s.Row3)));

            AttentionTile.Put(weights, AttentionScores.Drop(s, random, mine.Row, key, shape));
            AttentionTile.LoadColumns(rows, v, mine.Keys, firstKey, mine.Column, shape);
            Group.Barrier();
            low = AttentionTile.MultiplyRows(Scaled(low, scale), weights, rows);
            Group.Barrier();
            if (mine.IsWide)
            {
                AttentionTile.LoadColumns(rows, v, mine.Keys, firstKey, mine.Column + AttentionTile.Columns, shape);
                Group.Barrier();
                high = AttentionTile.MultiplyRows(Scaled(high, scale), weights, rows);
                Group.Barrier();
            }
        }

        parts[Group.IdxX * 8 + Group.IdxY] = sums;
        Group.Barrier();
        sums = default;
        for (var i = 0; i < 8; i++)
            sums = Add(sums, parts[i * 8 + Group.IdxY]);

        // A query that sees no key gets zeros.
        var inverse = new Float4(Inverse(sums.X), Inverse(sums.Y), Inverse(sums.Z), Inverse(sums.W));
        AttentionTile.Store(o, mine.Queries, mine.Query, mine.Column, Scaled(low, inverse), shape);
        if (mine.IsWide)
            AttentionTile.Store(o, mine.Queries, mine.Query, mine.Column + AttentionTile.Columns, Scaled(high, inverse), shape);
        if (Group.IdxX == 0 && Grid.IdxZ == 0)
        {
            StoreLogSum(logSumExp, mine.Row, mine.Query, maxima.X, sums.X, shape);
            StoreLogSum(logSumExp, mine.Row + 1, mine.Query + 1, maxima.Y, sums.Y, shape);
            StoreLogSum(logSumExp, mine.Row + 2, mine.Query + 2, maxima.Z, sums.Z, shape);
            StoreLogSum(logSumExp, mine.Row + 3, mine.Query + 3, maxima.W, sums.W, shape);
        }
    }

    private static float Product(ArrayView<float> q, int query, ArrayView<float> k, int key, int width)
    {
        var sum = 0f;
        for (var c = 0; c < width; c++)
            sum = MathF.FusedMultiplyAdd(q[query + c], k[key + c], sum);
        return sum;
    }

    private static void StoreLogSum(ArrayView<float> logSumExp, int row, int query, float maximum, float sum, AttentionShape shape)
    {
        if (query < shape.Queries)
            logSumExp[row] = sum > 0 ? maximum + DeviceMath.Log(sum) : 0;
    }

    private static float Inverse(float sum) => sum > 0 ? 1 / sum : 0;

    private static float Sum(Float4 v) => v.X + v.Y + (v.Z + v.W);

    private static Float4 Add(Float4 a, Float4 b) => new(a.X + b.X, a.Y + b.Y, a.Z + b.Z, a.W + b.W);

    private static float Largest(Float4 v)
    {
        var a = v.X > v.Y ? v.X : v.Y;
        var b = v.Z > v.W ? v.Z : v.W;
        return a > b ? a : b;
    }

    private static Float4 Larger(Float4 a, Float4 b) => new(a.X > b.X ? a.X : b.X, a.Y > b.Y ? a.Y : b.Y, a.Z > b.Z ? a.Z : b.Z, a.W > b.W ? a.W : b.W);

    // Each row times its own factor.
    private static Block4x8 Scaled(Block4x8 block, Float4 factors)
    {
        block.Low = Scaled(block.Low, factors);
        block.High = Scaled(block.High, factors);
        return block;
    }

    private static Block4x4 Scaled(Block4x4 block, Float4 factors)
    {
        block.Row0 = Scaled(block.Row0, factors.X);
        block.Row1 = Scaled(block.Row1, factors.Y);
        block.Row2 = Scaled(block.Row2, factors.Z);
        block.Row3 = Scaled(block.Row3, factors.W);
        return block;
    }

    private static Float4 Scaled(Float4 v, float factor) => new(v.X * factor, v.Y * factor, v.Z * factor, v.W * factor);
}
