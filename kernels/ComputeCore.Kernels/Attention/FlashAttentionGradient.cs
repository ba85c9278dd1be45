// The gradients of FlashAttention by recomputation (Dao, "FlashAttention-2", arXiv:2307.08691, algorithm 2, in two kernels, so that
// no two groups write to one place):
//   Delta          δ = Σ do · o of each query; eight work-items each
//   QueryGradient  dq; the grid is tiles of queries by batch · heads by blocks of 128 columns, a group walks over the keys
//   KeyGradient    dk and dv; the grid is tiles of keys by batch · key heads by blocks of 64 columns, a group walks over the queries
//                  of all heads that share the key head
// With p = e^(s − logSumExp) and dropout's factors r: dv = (r p)ᵀ do, ds = p (r (do vᵀ) − δ) scale, dq = ds k, dk = dsᵀ q.
// Either kernel computes s and do vᵀ over the whole width, so that the FLOPs are 14 T S D for D up to 64 (10 would do if both were
// one) and 16 T S D for 128. Registers of a work-item: 64 for sums, 32 for scores and weights, 20 for operands; shared memory 21.5 KiB.
using ComputeCore.Kernels.Gemm;
using ILGPU;

namespace ComputeCore.Kernels.Attention;

/// <summary>The gradients of attention.</summary>
internal static partial class FlashAttentionGradient
{
    /// <summary>Work-items of a group of <see cref="Delta"/>.</summary>
    public const int DeltaGroup = DeltaRows * DeltaLanes;

    /// <summary>Queries of a group of <see cref="Delta"/>.</summary>
    public const int DeltaRows = 8;

    private const int DeltaLanes = 8;

    /// <summary>The sums [B, H, T] of do · o of each query; eight queries a group.</summary>
    [Kernel]
    public static void Delta(ArrayView<float> o, ArrayView<float> gradient, ArrayView<float> delta, AttentionShape shape, int count)
    {
        var shared = SharedMemory.Allocate<float>(DeltaGroup);
        var lane = Group.IdxX % DeltaLanes;
        // Queries as they lie in o: [B, T, H].
        var place = Grid.IdxX * DeltaRows + Group.IdxX / DeltaLanes;
        var sum = 0f;
        if (place < count)
            for (var c = lane; c < shape.Width; c += DeltaLanes)
                sum = MathF.FusedMultiplyAdd(o[place * shape.Width + c], gradient[place * shape.Width + c], sum);
        shared[Group.IdxX] = sum;
        Group.Barrier();
        if (lane == 0 && place < count)
        {
            for (var i = 1; i < DeltaLanes; i++)
                sum += shared[Group.IdxX + i];
            var line = place / shape.Heads;
            var batch = line / shape.Queries;
            delta[(batch * shape.Heads + (place - line * shape.Heads)) * shape.Queries + (line - batch * shape.Queries)] = sum;
        }
    }

    /// <summary>dq [B, T, H, D].</summary>
    [Kernel]
    public static void QueryGradient(
        ArrayView<float> q,
        ArrayView<float> k,
        ArrayView<float> v,
        ArrayView<int> spans,
        ArrayView<float> slopes,
        ArrayView<long> random,
        ArrayView<float> gradient,
        ArrayView<float> logSumExp,
        ArrayView<float> delta,
        ArrayView<float> dq,
        AttentionShape shape)
    {
        var leftTile = SharedMemory.Allocate<Float4>(AttentionTile.Quads);
        var rightTile = SharedMemory.Allocate<Float4>(AttentionTile.Quads);
        var weights = SharedMemory.Allocate<Float4>(AttentionTile.Quads);
        var rows = SharedMemory.Allocate<Float4>(AttentionTile.ColumnQuads);

        var mine = QueryTile.Of(spans, slopes, shape);
        var logSums = LoadQuad(logSumExp, mine.Row, mine.Query, shape);
        var deltas = LoadQuad(delta, mine.Row, mine.Query, shape);

        Block4x8 low = default, high = default;
        for (var firstKey = mine.Span.First; firstKey < mine.End; firstKey += AttentionTile.Size)
        {
            var key = firstKey + Group.IdxX * 4;
            var s = AttentionTile.Products(leftTile, rightTile, q, mine.Queries, mine.First, k, mine.Keys, firstKey, shape);
            var p = AttentionScores.Exp(AttentionScores.Of(s, mine.Query, key, mine.Span, mine.Slope, shape), logSums);
            var dp = AttentionTile.Products(leftTile, rightTile, gradient, mine.Queries, mine.First, v, mine.Keys, firstKey, shape);
            dp = AttentionScores.Drop(dp, random, mine.Row, key, shape);
            AttentionTile.Put(weights, AttentionScores.Gradient(p, dp, deltas, shape.Scale));
            AttentionTile.LoadColumns(rows, k, mine.Keys, firstKey, mine.Column, shape);
            Group.Barrier();
            low = AttentionTile.MultiplyRows(low, weights, rows);
            Group.Barrier();
            if (mine.IsWide)
            {
                AttentionTile.LoadColumns(rows, k, mine.Keys, firstKey, mine.Column + AttentionTile.Columns, shape);
                Group.Barrier();
                high = AttentionTile.MultiplyRows(high, weights, rows);
                Group.Barrier();
            }
        }

        AttentionTile.Store(dq, mine.Queries, mine.Query, mine.Column, low, shape);
        if (mine.IsWide)
            AttentionTile.Store(dq, mine.Queries, mine.Query, mine.Column + AttentionTile.Columns, high, shape);
    }

    /// <summary>dk and dv [B, S, G, D].</summary>
    [Kernel]
    public static void KeyGradient(
        ArrayView<float> q,
        ArrayView<float> k,
        ArrayView<float> v,
        ArrayView<int> spans,
        ArrayView<float> slopes,
        ArrayView<long> random,
        ArrayView<float> gradient,
        ArrayView<float> logSumExp,
        ArrayView<float> delta,
        ArrayView<float> dk,
        ArrayView<float> dv,
        AttentionShape shape)
    {
        var leftTile = SharedMemory.Allocate<Float4>(AttentionTile.Quads);
        var rightTile = SharedMemory.Allocate<Float4>(AttentionTile.Quads);
        var weights = SharedMemory.Allocate<Float4>(AttentionTile.Quads);
        var rows = SharedMemory.Allocate<Float4>(AttentionTile.ColumnQuads);

        var batch = Grid.IdxY / shape.KeyHeads;
        var keyHead = Grid.IdxY - batch * shape.KeyHeads;
        var shared = shape.Heads / shape.KeyHeads;
        var first = Grid.IdxX * AttentionTile.Size;
        var column = Grid.IdxZ * AttentionTile.Columns;
        var key = first + Group.IdxX * 4;
        var span = AttentionSpan.Of(spans, batch, shape);
        var keys = HeadRows.Of(batch, shape.Keys, keyHead, shape.KeyHeads, shape.Width);
        var seen = keys;
        seen.Count = span.End;
        // The first query that sees the tile's first key, and none if no query sees any key of it.
        var seeing = first - span.Position;
        var begin = shape.IsCausal != 0 && seeing > 0 ? seeing / AttentionTile.Size * AttentionTile.Size : 0;
        var end = first < span.End && first + AttentionTile.Size > span.First ? shape.Queries : 0;

        Block4x8 keySums = default, valueSums = default;
        for (var h = keyHead * shared; h < (keyHead + 1) * shared; h++)
        {
            var slope = AttentionScores.Slope(slopes, h, shape);
            var queries = HeadRows.Of(batch, shape.Queries, h, shape.Heads, shape.Width);
            for (var tile = begin; tile < end; tile += AttentionTile.Size)
            {
                var query = tile + Group.IdxY * 4;
                var row = (batch * shape.Heads + h) * shape.Queries + query;
                var s = AttentionTile.Products(leftTile, rightTile, q, queries, tile, k, seen, first, shape);
                var p = AttentionScores.Exp(AttentionScores.Of(s, query, key, span, slope, shape), LoadQuad(logSumExp, row, query, shape));
                AttentionTile.Put(weights, AttentionScores.Drop(p, random, row, key, shape));
                AttentionTile.LoadColumns(rows, gradient, queries, tile, column, shape);
                Group.Barrier();
                valueSums = AttentionTile.MultiplyTransposed(valueSums, weights, rows);

                var dp = AttentionTile.Products(leftTile, rightTile, gradient, queries, tile, v, seen, first, shape);
                dp = AttentionScores.Drop(dp, random, row, key, shape);
                AttentionTile.Put(weights, AttentionScores.Gradient(p, dp, LoadQuad(delta, row, query, shape), shape.Scale));
                AttentionTile.LoadColumns(rows, q, queries, tile, column, shape);
                Group.Barrier();
                keySums = AttentionTile.MultiplyTransposed(keySums, weights, rows);
                Group.Barrier();
            }
        }

        AttentionTile.Store(dk, keys, first + Group.IdxY * 4, column, keySums, shape);
        AttentionTile.Store(dv, keys, first + Group.IdxY * 4, column, valueSums, shape);
    }

    // Four queries' numbers; any for queries that are not there, whose weights are zero.
    private static Float4 LoadQuad(ArrayView<float> view, int row, int query, AttentionShape shape) => new(
        Matrix.Element(view, row, query < shape.Queries),
        Matrix.Element(view, row + 1, query + 1 < shape.Queries),
        Matrix.Element(view, row + 2, query + 2 < shape.Queries),
        Matrix.Element(view, row + 3, query + 3 < shape.Queries));
}
