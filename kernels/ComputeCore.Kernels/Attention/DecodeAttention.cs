// Attention of few queries over a long cache of keys and values, as when text is generated token by token: only memory counts.
// A query's keys are cut into parts ("Flash-Decoding": Dao, Haziza, Massa, Sizov, 2023), so that few heads occupy a device too:
//   Parts     a group per query and part walks over 64 keys at a time: it reads their rows side by side into shared memory, each
//             work-item computes one score, then each adds up one quad of columns for every n-th value, n = 64 / (D / 4)
//   Combine   puts the parts together in order; a group per query
// FLOPs 4 S D and bytes 8 S D per query. Shared memory 11.5 KiB.
using ComputeCore.Kernels.Gemm;
using ComputeCore.Kernels.Mathematics;
using ILGPU;

namespace ComputeCore.Kernels.Attention;

/// <summary>Attention of few queries.</summary>
internal static partial class DecodeAttention
{
    /// <summary>Work-items of a group, and keys at a time.</summary>
    public const int GroupSize = 64;

    // Quads of a row of keys that are read at a time, and how far apart rows lie, so that neighbours read different banks.
    private const int Depth = 8;
    private const int Pitch = Depth + 1;

    /// <summary>
    /// For each query and part the weighted sum of values [B · H · T, parts, D], the scores' maximum and the sum of the exponentials of
    /// what they are below it [B · H · T, parts]; the grid is queries by parts. There is no dropout.
    /// </summary>
    [Kernel]
    public static void Parts(
        ArrayView<float> q,
        ArrayView<float> k,
        ArrayView<float> v,
        ArrayView<int> spans,
        ArrayView<float> slopes,
        ArrayView<float> values,
        ArrayView<float> maxima,
        ArrayView<float> sums,
        AttentionShape shape,
        int partKeys)
    {
        var query = SharedMemory.Allocate<Float4>(GroupSize);
        var keyTile = SharedMemory.Allocate<Float4>(GroupSize * Pitch);
        var weights = SharedMemory.Allocate<float>(GroupSize);
        var item = Group.IdxX;
        var head = Grid.IdxX / shape.Queries;
        var i = Grid.IdxX - head * shape.Queries;
        var batch = head / shape.Heads;
        var h = head - batch * shape.Heads;
        var span = AttentionSpan.Of(spans, batch, shape);
        var slope = AttentionScores.Slope(slopes, h, shape);
        var begin = span.First + Grid.IdxY * partKeys;
        var end = span.EndFor(i + 1, shape);
        end = begin + partKeys < end ? begin + partKeys : end;
        var queries = HeadRows.Of(batch, shape.Queries, h, shape.Heads, shape.Width);
        var keys = HeadRows.Of(batch, shape.Keys, h / (shape.Heads / shape.KeyHeads), shape.KeyHeads, shape.Width);
        keys.Count = end;
        var quads = (shape.Width + 3) / 4;
        var lines = GroupSize / quads;
        var line = item / quads;
        var column = (item - line * quads) * 4;
        query[item] = AttentionTile.Load(q, queries, i, item * 4, shape);

        var maximum = AttentionScores.Lowest;
        var sum = 0f;
        Float4 value = default;
        for (var first = begin; first < end; first += GroupSize)
        {
            var product = 0f;
            for (var depth = 0; depth < quads; depth += Depth)
            {
                Group.Barrier();
                for (var row = item / Depth; row < GroupSize; row += GroupSize / Depth)
                    keyTile[row * Pitch + item % Depth] = AttentionTile.Load(k, keys, first + row, (depth + item % Depth) * 4, shape);
                Group.Barrier();
                var count = quads - depth < Depth ? quads - depth : Depth;
                for (var d = 0; d < count; d++)
                    product = AddDot(query[depth + d], keyTile[item * Pitch + d], product);
            }

            var score = first + item < end ? AttentionScores.Of(product, i, first + item, span, slope, shape) : float.NegativeInfinity;
            weights[item] = score;
            Group.Barrier();
            var newMaximum = maximum;
            for (var j = 0; j < GroupSize; j++)
                newMaximum = weights[j] > newMaximum ? weights[j] : newMaximum;
            Group.Barrier();
            weights[item] = DeviceMath.Exp(score - newMaximum);
            Group.Barrier();

            var scale = DeviceMath.Exp(maximum - newMaximum);
            maximum = newMaximum;
            sum *= scale;
            for (var j = 0; j < GroupSize; j++)
                sum += weights[j];
            value = new Float4(value.X * scale, value.Y * scale, value.Z * scale, value.W * scale);
            if (line < lines)
                for (var j = line; j < GroupSize; j += lines)
                    value = Float4.MultiplyAdd(weights[j], AttentionTile.Load(v, keys, first + j, column, shape), value);
        }

        // The lines of work-items that have the same columns are added up in order.
        Group.Barrier();
        keyTile[item] = value;
        Group.Barrier();
        var part = Grid.IdxX * Grid.DimY + Grid.IdxY;
        if (line == 0)
        {
            for (var other = 1; other < lines; other++)
                value = Float4.MultiplyAdd(1, keyTile[other * quads + item], value);
            Quad.Store(values, shape.IsVector, part * shape.Width + column, shape.Width - column, value);
        }

        if (item == 0)
        {
            maxima[part] = maximum;
            sums[part] = sum;
        }
    }

    /// <summary>o [B, T, H, D] and the logarithms of the sums of exponentials [B, H, T] from the parts; the grid is queries.</summary>
    [Kernel]
    public static void Combine(
        ArrayView<float> values, ArrayView<float> maxima, ArrayView<float> sums, ArrayView<float> o, ArrayView<float> logSumExp, AttentionShape shape, int parts)
    {
        var head = Grid.IdxX / shape.Queries;
        var i = Grid.IdxX - head * shape.Queries;
        var batch = head / shape.Heads;
        var queries = HeadRows.Of(batch, shape.Queries, head - batch * shape.Heads, shape.Heads, shape.Width);
        var first = Grid.IdxX * parts;
        var maximum = AttentionScores.Lowest;
        for (var part = 0; part < parts; part++)
            maximum = maxima[first + part] > maximum ? maxima[first + part] : maximum;
        var sum = 0f;
        for (var part = 0; part < parts; part++)
            sum = MathF.FusedMultiplyAdd(sums[first + part], DeviceMath.Exp(maxima[first + part] - maximum), sum);
        var inverse = sum > 0 ? 1 / sum : 0;
        for (var c = Group.IdxX; c < shape.Width; c += GroupSize)
        {
            var value = 0f;
            for (var part = 0; part < parts; part++)
                value = MathF.FusedMultiplyAdd(values[(first + part) * shape.Width + c], DeviceMath.Exp(maxima[first + part] - maximum), value);
            o[queries.Offset + i * queries.Stride + c] = value * inverse;
        }

        if (Group.IdxX == 0)
            logSumExp[Grid.IdxX] = sum > 0 ? maximum + DeviceMath.Log(sum) : 0;
    }

    private static float AddDot(Float4 a, Float4 b, float sum)
    {
        sum = MathF.FusedMultiplyAdd(a.X, b.X, sum);
        sum = MathF.FusedMultiplyAdd(a.Y, b.Y, sum);
        sum = MathF.FusedMultiplyAdd(a.Z, b.Z, sum);
        return MathF.FusedMultiplyAdd(a.W, b.W, sum);
    }
}
