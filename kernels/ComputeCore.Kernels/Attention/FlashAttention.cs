// softmax(q kᵀ · scale + mask) v without the matrix of scores (Dao, "FlashAttention-2", arXiv:2307.08691): a group takes 32
// queries and walks over tiles of 32 keys. Maximum m and sum l of each query's exponentials are brought up to date with each tile,
// and what was summed so far is scaled by e^(m_old − m_new). m + log l is kept for the gradients, which compute the scores anew:
//   Forward        o and m + log l; a group per 32 queries
//   Delta          the sum of do · o of each query, a work-item each
//   QueryGradient  dq; a group per 32 queries walks over the keys
//   KeyGradient    dk and dv; a group per 32 keys walks over the queries
// so that no two groups write to one place. With p = e^(s − m − log l): ds = p (do vᵀ − delta) scale, dv = pᵀ do, dq = ds k,
// dk = dsᵀ q.
// Widths up to 128, in two halves of 64 columns. Registers of a work-item: 64 for sums, 16 for scores; shared memory 22.5 KiB.
// FLOPs 4 T S width forward, 14 T S width backward; bytes 4 (2 T + 2 S T / 32) width forward.
using ComputeCore.Kernels.Gemm;
using ComputeCore.Kernels.Mathematics;
using ILGPU;

namespace ComputeCore.Kernels.Attention;

/// <summary>Fused attention and its gradients; the grid is tiles by batch · heads, groups are 8 x 8.</summary>
internal static partial class FlashAttention
{
    /// <summary>o, and the logarithm of the sum of exponentials of each query's scores.</summary>
    [Kernel]
    public static void Forward(
        ArrayView<float> q, ArrayView<float> k, ArrayView<float> v, ArrayView<int> lengths, ArrayView<float> o, ArrayView<float> logSums, AttentionShape shape)
    {
        var leftTile = SharedMemory.Allocate<Float4>(AttentionTile.Quads);
        var rightTile = SharedMemory.Allocate<Float4>(AttentionTile.Quads);
        var weights = SharedMemory.Allocate<Float4>(AttentionTile.Quads);
        var rows = SharedMemory.Allocate<Float4>(AttentionTile.ColumnQuads);
        var parts = SharedMemory.Allocate<Float4>(AttentionTile.GroupQuads);

        var head = Grid.IdxY;
        var first = Grid.IdxX * AttentionTile.Size;
        var query = first + Group.IdxY * 4;
        var queries = head * shape.Queries * shape.Width;
        var keys = head * shape.KeyBatch;
        var keyEnd = AttentionTile.KeyEnd(lengths, shape, head);
        var seen = first + AttentionTile.Size + shape.Keys - shape.Queries;
        var end = shape.Causal != 0 && seen < keyEnd ? seen : keyEnd;

        var maxima = new Float4(AttentionTile.Lowest, AttentionTile.Lowest, AttentionTile.Lowest, AttentionTile.Lowest);
        Float4 sums = default;
        Accumulator4x4 o0 = default, o1 = default, o2 = default, o3 = default;
        for (var tile = 0; tile < end; tile += AttentionTile.Size)
        {
            var s = AttentionTile.Scores(leftTile, rightTile, q, queries, first, shape.Queries, k, keys, tile, keyEnd, shape);
            var key = tile + Group.IdxX * 4;
            s.Row0 = AttentionTile.Mask(s.Row0, query, key, keyEnd, shape);
            s.Row1 = AttentionTile.Mask(s.Row1, query + 1, key, keyEnd, shape);
            s.Row2 = AttentionTile.Mask(s.Row2, query + 2, key, keyEnd, shape);
            s.Row3 = AttentionTile.Mask(s.Row3, query + 3, key, keyEnd, shape);

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
            s.Row0 = AttentionTile.Exp(s.Row0, maxima.X);
            s.Row1 = AttentionTile.Exp(s.Row1, maxima.Y);
            s.Row2 = AttentionTile.Exp(s.Row2, maxima.Z);
            s.Row3 = AttentionTile.Exp(s.Row3, maxima.W);
            AttentionTile.PutTransposed(weights, s);
            AttentionTile.LoadColumns(rows, v, keys, tile, keyEnd, 0, shape);
            Group.Barrier();

            // The weights' sums, added up like the maxima but from shared memory: all keys of the work-item's four queries.
            var total = new Float4(sums.X * scale.X, sums.Y * scale.Y, sums.Z * scale.Z, sums.W * scale.W);
            for (var i = 0; i < AttentionTile.Size; i++)
                total = Add(total, weights[i * AttentionTile.Pitch + Group.IdxY]);
            sums = total;

            o0 = AttentionTile.MultiplyColumns(Scaled(o0, scale), weights, rows, Group.IdxX);
            o1 = AttentionTile.MultiplyColumns(Scaled(o1, scale), weights, rows, Group.IdxX + 8);
            Group.Barrier();
            if (shape.Width > AttentionTile.Columns)
            {
                AttentionTile.LoadColumns(rows, v, keys, tile, keyEnd, AttentionTile.Columns, shape);
                Group.Barrier();
                o2 = AttentionTile.MultiplyColumns(Scaled(o2, scale), weights, rows, Group.IdxX);
                o3 = AttentionTile.MultiplyColumns(Scaled(o3, scale), weights, rows, Group.IdxX + 8);
                Group.Barrier();
            }
        }

        // A query that sees no key gets zeros.
        var inverse = new Float4(Inverse(sums.X), Inverse(sums.Y), Inverse(sums.Z), Inverse(sums.W));
        StoreRows(o, queries, query, shape.Queries, Scaled(o0, inverse), Scaled(o1, inverse), Scaled(o2, inverse), Scaled(o3, inverse), shape);
        if (Group.IdxX == 0)
        {
            StoreLogSum(logSums, head, query, maxima.X, sums.X, shape);
            StoreLogSum(logSums, head, query + 1, maxima.Y, sums.Y, shape);
            StoreLogSum(logSums, head, query + 2, maxima.Z, sums.Z, shape);
            StoreLogSum(logSums, head, query + 3, maxima.W, sums.W, shape);
        }
    }

    /// <summary>The sum of do · o of each query of all heads.</summary>
    [Kernel]
    public static void Delta(ArrayView<float> o, ArrayView<float> gradient, ArrayView<float> delta, int count, int width)
    {
        var i = Grid.IdxX * Group.DimX + Group.IdxX;
        if (i >= count)
            return;
        var sum = 0f;
        for (var c = 0; c < width; c++)
            sum = MathF.FusedMultiplyAdd(o[i * width + c], gradient[i * width + c], sum);
        delta[i] = sum;
    }

    /// <summary>dq.</summary>
    [Kernel]
    public static void QueryGradient(
        ArrayView<float> q,
        ArrayView<float> k,
        ArrayView<float> v,
        ArrayView<int> lengths,
        ArrayView<float> gradient,
        ArrayView<float> logSums,
        ArrayView<float> delta,
        ArrayView<float> dq,
        AttentionShape shape)
    {
        var leftTile = SharedMemory.Allocate<Float4>(AttentionTile.Quads);
        var rightTile = SharedMemory.Allocate<Float4>(AttentionTile.Quads);
        var weights = SharedMemory.Allocate<Float4>(AttentionTile.Quads);
        var rows = SharedMemory.Allocate<Float4>(AttentionTile.ColumnQuads);

        var head = Grid.IdxY;
        var first = Grid.IdxX * AttentionTile.Size;
        var query = first + Group.IdxY * 4;
        var queries = head * shape.Queries * shape.Width;
        var keys = head * shape.KeyBatch;
        var keyEnd = AttentionTile.KeyEnd(lengths, shape, head);
        var seen = first + AttentionTile.Size + shape.Keys - shape.Queries;
        var end = shape.Causal != 0 && seen < keyEnd ? seen : keyEnd;
        var logSum = LoadQuad(logSums, head, query, shape);
        var deltas = LoadQuad(delta, head, query, shape);

        Accumulator4x4 d0 = default, d1 = default, d2 = default, d3 = default;
        for (var tile = 0; tile < end; tile += AttentionTile.Size)
        {
            var s = AttentionTile.Scores(leftTile, rightTile, q, queries, first, shape.Queries, k, keys, tile, keyEnd, shape);
            var dp = AttentionTile.Scores(leftTile, rightTile, gradient, queries, first, shape.Queries, v, keys, tile, keyEnd, shape);
            var key = tile + Group.IdxX * 4;
            s.Row0 = ScoreGradient(AttentionTile.Exp(AttentionTile.Mask(s.Row0, query, key, keyEnd, shape), logSum.X), dp.Row0, deltas.X, shape.Scale);
            s.Row1 = ScoreGradient(AttentionTile.Exp(AttentionTile.Mask(s.Row1, query + 1, key, keyEnd, shape), logSum.Y), dp.Row1, deltas.Y, shape.Scale);
            s.Row2 = ScoreGradient(AttentionTile.Exp(AttentionTile.Mask(s.Row2, query + 2, key, keyEnd, shape), logSum.Z), dp.Row2, deltas.Z, shape.Scale);
            s.Row3 = ScoreGradient(AttentionTile.Exp(AttentionTile.Mask(s.Row3, query + 3, key, keyEnd, shape), logSum.W), dp.Row3, deltas.W, shape.Scale);
            AttentionTile.PutTransposed(weights, s);
            AttentionTile.LoadColumns(rows, k, keys, tile, keyEnd, 0, shape);
            Group.Barrier();
            d0 = AttentionTile.MultiplyColumns(d0, weights, rows, Group.IdxX);
            d1 = AttentionTile.MultiplyColumns(d1, weights, rows, Group.IdxX + 8);
            Group.Barrier();
            if (shape.Width > AttentionTile.Columns)
            {
                AttentionTile.LoadColumns(rows, k, keys, tile, keyEnd, AttentionTile.Columns, shape);
                Group.Barrier();
                d2 = AttentionTile.MultiplyColumns(d2, weights, rows, Group.IdxX);
                d3 = AttentionTile.MultiplyColumns(d3, weights, rows, Group.IdxX + 8);
                Group.Barrier();
            }
        }

        StoreRows(dq, queries, query, shape.Queries, d0, d1, d2, d3, shape);
    }

    /// <summary>dv, from the weights, and dk, from their gradients: <paramref name="values"/> says which.</summary>
    [Kernel]
    public static void KeyGradient(
        ArrayView<float> q,
        ArrayView<float> k,
        ArrayView<float> v,
        ArrayView<int> lengths,
        ArrayView<float> gradient,
        ArrayView<float> logSums,
        ArrayView<float> delta,
        ArrayView<float> result,
        AttentionShape shape,
        int values)
    {
        var leftTile = SharedMemory.Allocate<Float4>(AttentionTile.Quads);
        var rightTile = SharedMemory.Allocate<Float4>(AttentionTile.Quads);
        var weights = SharedMemory.Allocate<Float4>(AttentionTile.Quads);
        var rows = SharedMemory.Allocate<Float4>(AttentionTile.ColumnQuads);

        var head = Grid.IdxY;
        var first = Grid.IdxX * AttentionTile.Size;
        var key = first + Group.IdxY * 4;
        var queries = head * shape.Queries * shape.Width;
        var keys = head * shape.KeyBatch;
        var keyEnd = AttentionTile.KeyEnd(lengths, shape, head);
        var seeing = first - (shape.Keys - shape.Queries);
        var begin = shape.Causal != 0 && seeing > 0 ? seeing / AttentionTile.Size * AttentionTile.Size : 0;

        Accumulator4x4 d0 = default, d1 = default, d2 = default, d3 = default;
        for (var tile = begin; tile < shape.Queries; tile += AttentionTile.Size)
        {
            // Rows are keys here, and columns queries.
            var p = AttentionTile.Scores(leftTile, rightTile, k, keys, first, keyEnd, q, queries, tile, shape.Queries, shape);
            var query = tile + Group.IdxX * 4;
            var logSum = LoadQuad(logSums, head, query, shape);
            p.Row0 = Weights(p.Row0, query, key, keyEnd, logSum, shape);
            p.Row1 = Weights(p.Row1, query, key + 1, keyEnd, logSum, shape);
            p.Row2 = Weights(p.Row2, query, key + 2, keyEnd, logSum, shape);
            p.Row3 = Weights(p.Row3, query, key + 3, keyEnd, logSum, shape);
            if (values == 0)
            {
                var dp = AttentionTile.Scores(leftTile, rightTile, v, keys, first, keyEnd, gradient, queries, tile, shape.Queries, shape);
                var deltas = LoadQuad(delta, head, query, shape);
                p.Row0 = ScoreGradients(p.Row0, dp.Row0, deltas, shape.Scale);
                p.Row1 = ScoreGradients(p.Row1, dp.Row1, deltas, shape.Scale);
                p.Row2 = ScoreGradients(p.Row2, dp.Row2, deltas, shape.Scale);
                p.Row3 = ScoreGradients(p.Row3, dp.Row3, deltas, shape.Scale);
            }

            AttentionTile.PutTransposed(weights, p);
            LoadEither(rows, q, gradient, values, queries, tile, 0, shape);
            Group.Barrier();
            d0 = AttentionTile.MultiplyColumns(d0, weights, rows, Group.IdxX);
            d1 = AttentionTile.MultiplyColumns(d1, weights, rows, Group.IdxX + 8);
            Group.Barrier();
            if (shape.Width > AttentionTile.Columns)
            {
                LoadEither(rows, q, gradient, values, queries, tile, AttentionTile.Columns, shape);
                Group.Barrier();
                d2 = AttentionTile.MultiplyColumns(d2, weights, rows, Group.IdxX);
                d3 = AttentionTile.MultiplyColumns(d3, weights, rows, Group.IdxX + 8);
                Group.Barrier();
            }
        }

        StoreRows(result, keys, key, shape.Keys, d0, d1, d2, d3, shape);
    }

    private static void LoadEither(
        ArrayView<Float4> rows, ArrayView<float> q, ArrayView<float> gradient, int values, int offset, int row, int column, AttentionShape shape)
    {
        if (values != 0)
            AttentionTile.LoadColumns(rows, gradient, offset, row, shape.Queries, column, shape);
        else
            AttentionTile.LoadColumns(rows, q, offset, row, shape.Queries, column, shape);
    }

    private static void StoreRows(
        ArrayView<float> view,
        int offset,
        int row,
        int rows,
        Accumulator4x4 a,
        Accumulator4x4 b,
        Accumulator4x4 c,
        Accumulator4x4 d,
        AttentionShape shape)
    {
        StoreBlock(view, offset, row, rows, Group.IdxX * 4, a, shape);
        StoreBlock(view, offset, row, rows, Group.IdxX * 4 + 32, b, shape);
        StoreBlock(view, offset, row, rows, Group.IdxX * 4 + 64, c, shape);
        StoreBlock(view, offset, row, rows, Group.IdxX * 4 + 96, d, shape);
    }

    private static void StoreBlock(ArrayView<float> view, int offset, int row, int rows, int column, Accumulator4x4 block, AttentionShape shape)
    {
        AttentionTile.Store(view, offset, row, rows, column, block.Row0, shape);
        AttentionTile.Store(view, offset, row + 1, rows, column, block.Row1, shape);
        AttentionTile.Store(view, offset, row + 2, rows, column, block.Row2, shape);
        AttentionTile.Store(view, offset, row + 3, rows, column, block.Row3, shape);
    }

    private static void StoreLogSum(ArrayView<float> logSums, int head, int query, float maximum, float sum, AttentionShape shape)
    {
        if (query < shape.Queries)
            logSums[head * shape.Queries + query] = sum > 0 ? maximum + DeviceMath.Log(sum) : maximum;
    }

    // Four queries' numbers; any for queries that are not there, whose weights are zero.
    private static Float4 LoadQuad(ArrayView<float> view, int head, int query, AttentionShape shape) => new(
        Matrix.Element(view, head * shape.Queries + query, query < shape.Queries),
        Matrix.Element(view, head * shape.Queries + query + 1, query + 1 < shape.Queries),
        Matrix.Element(view, head * shape.Queries + query + 2, query + 2 < shape.Queries),
        Matrix.Element(view, head * shape.Queries + query + 3, query + 3 < shape.Queries));

    private static Float4 Weights(Float4 scores, int query, int key, int keyEnd, Float4 logSum, AttentionShape shape) => new(
        DeviceMath.Exp(AttentionTile.Mask(scores.X, query, key, keyEnd, shape) - logSum.X),
        DeviceMath.Exp(AttentionTile.Mask(scores.Y, query + 1, key, keyEnd, shape) - logSum.Y),
        DeviceMath.Exp(AttentionTile.Mask(scores.Z, query + 2, key, keyEnd, shape) - logSum.Z),
        DeviceMath.Exp(AttentionTile.Mask(scores.W, query + 3, key, keyEnd, shape) - logSum.W));

    private static Float4 ScoreGradient(Float4 p, Float4 dp, float delta, float scale) => ScoreGradients(p, dp, new Float4(delta, delta, delta, delta), scale);

    private static Float4 ScoreGradients(Float4 p, Float4 dp, Float4 delta, float scale) => new(
        p.X * (dp.X - delta.X) * scale, p.Y * (dp.Y - delta.Y) * scale, p.Z * (dp.Z - delta.Z) * scale, p.W * (dp.W - delta.W) * scale);

    private static float Inverse(float sum) => sum > 0 ? 1 / sum : 0;

    private static float Largest(Float4 v)
    {
        var a = v.X > v.Y ? v.X : v.Y;
        var b = v.Z > v.W ? v.Z : v.W;
        return a > b ? a : b;
    }

    private static Float4 Larger(Float4 a, Float4 b) => new(a.X > b.X ? a.X : b.X, a.Y > b.Y ? a.Y : b.Y, a.Z > b.Z ? a.Z : b.Z, a.W > b.W ? a.W : b.W);

    private static Float4 Add(Float4 a, Float4 b) => new(a.X + b.X, a.Y + b.Y, a.Z + b.Z, a.W + b.W);

    // Each row times its own factor.
    private static Accumulator4x4 Scaled(Accumulator4x4 block, Float4 factors)
    {
        block.Row0 = Scaled(block.Row0, factors.X);
        block.Row1 = Scaled(block.Row1, factors.Y);
        block.Row2 = Scaled(block.Row2, factors.Z);
        block.Row3 = Scaled(block.Row3, factors.W);
        return block;
    }

    private static Float4 Scaled(Float4 v, float factor) => new(v.X * factor, v.Y * factor, v.Z * factor, v.W * factor);
}
