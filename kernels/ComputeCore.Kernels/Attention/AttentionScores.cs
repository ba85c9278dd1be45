using ComputeCore.Kernels.Gemm;
using ComputeCore.Kernels.Mathematics;
using ComputeCore.Kernels.RandomNumbers;
using ILGPU;

namespace ComputeCore.Kernels.Attention;

/// <summary>From products of queries and keys to scores and weights.</summary>
internal static class AttentionScores
{
    /// <summary>What stands for the maximum of no scores: lower than any, yet finite, so that differences are.</summary>
    public const float Lowest = -1e30f;

    /// <summary>The score of a query with a key; minus infinity where the query does not see it.</summary>
    /// <param name="product">q · k.</param>
    /// <param name="query">Which query.</param>
    /// <param name="key">Which key.</param>
    /// <param name="span">What the sequence's queries see.</param>
    /// <param name="slope">By how much scores fall with each step between query and key.</param>
    /// <param name="shape">The attention.</param>
    public static float Of(float product, int query, int key, AttentionSpan span, float slope, AttentionShape shape)
    {
        var distance = span.Position + query - key;
        var isSeen = query < shape.Queries && key >= span.First && key < span.End && (shape.IsCausal == 0 || distance >= 0);
        var score = MathF.FusedMultiplyAdd(-slope, DeviceMath.Abs(distance), product * shape.Scale);
        return isSeen ? score : float.NegativeInfinity;
    }

    /// <summary>The scores of a query with four keys.</summary>
    public static Float4 Of(Float4 products, int query, int key, AttentionSpan span, float slope, AttentionShape shape) => new(
        Of(products.X, query, key, span, slope, shape),
        Of(products.Y, query, key + 1, span, slope, shape),
        Of(products.Z, query, key + 2, span, slope, shape),
        Of(products.W, query, key + 3, span, slope, shape));

    /// <summary>The scores of four queries with four keys.</summary>
    public static Block4x4 Of(Block4x4 products, int query, int key, AttentionSpan span, float slope, AttentionShape shape)
    {
        products.Row0 = Of(products.Row0, query, key, span, slope, shape);
        products.Row1 = Of(products.Row1, query + 1, key, span, slope, shape);
        products.Row2 = Of(products.Row2, query + 2, key, span, slope, shape);
        products.Row3 = Of(products.Row3, query + 3, key, span, slope, shape);
        return products;
    }

    /// <summary>e to the power of scores less a number for each query: its maximum, or the logarithm of its sum for weights.</summary>
    public static Block4x4 Exp(Block4x4 scores, Float4 less)
    {
        scores.Row0 = Exp(scores.Row0, less.X);
        scores.Row1 = Exp(scores.Row1, less.Y);
        scores.Row2 = Exp(scores.Row2, less.Z);
        scores.Row3 = Exp(scores.Row3, less.W);
        return scores;
    }

    /// <summary>How much by the head's scores fall with each step between query and key.</summary>
    public static float Slope(ArrayView<float> slopes, int head, AttentionShape shape)
    {
        var slope = 0f;
        if (shape.HasSlopes != 0)
            slope = slopes[head];
        return slope;
    }

    /// <summary>Numbers of four queries and four keys times their dropout's factors.</summary>
    /// <param name="x">The numbers.</param>
    /// <param name="random">The state of the random generator.</param>
    /// <param name="row">Which query of all: (b · H + h) · T + i.</param>
    /// <param name="key">Which key.</param>
    /// <param name="shape">The attention.</param>
    public static Block4x4 Drop(Block4x4 x, ArrayView<long> random, int row, int key, AttentionShape shape)
    {
        if (shape.Dropped > 0)
        {
            var element = (long)row * shape.Keys + key;
            var scale = Philox.Scale(shape.Dropped);
            x.Row0 = Multiply(x.Row0, Philox.Masks(random, shape.Stream, element, shape.Dropped, scale));
            x.Row1 = Multiply(x.Row1, Philox.Masks(random, shape.Stream, element + shape.Keys, shape.Dropped, scale));
            x.Row2 = Multiply(x.Row2, Philox.Masks(random, shape.Stream, element + 2L * shape.Keys, shape.Dropped, scale));
            x.Row3 = Multiply(x.Row3, Philox.Masks(random, shape.Stream, element + 3L * shape.Keys, shape.Dropped, scale));
        }

        return x;
    }

    /// <summary>The scores' gradients p · (dp − delta) · scale.</summary>
    public static Block4x4 Gradient(Block4x4 p, Block4x4 dp, Float4 delta, float scale)
    {
        p.Row0 = Gradient(p.Row0, dp.Row0, delta.X, scale);
        p.Row1 = Gradient(p.Row1, dp.Row1, delta.Y, scale);
        p.Row2 = Gradient(p.Row2, dp.Row2, delta.Z, scale);
        p.Row3 = Gradient(p.Row3, dp.Row3, delta.W, scale);
        return p;
    }

    private static Float4 Exp(Float4 x, float less) => new(
        DeviceMath.Exp(x.X - less), DeviceMath.Exp(x.Y - less), DeviceMath.Exp(x.Z - less), DeviceMath.Exp(x.W - less));

    private static Float4 Multiply(Float4 a, Float4 b) => new(a.X * b.X, a.Y * b.Y, a.Z * b.Z, a.W * b.W);

    private static Float4 Gradient(Float4 p, Float4 dp, float delta, float scale) => new(
        p.X * (dp.X - delta) * scale, p.Y * (dp.Y - delta) * scale, p.Z * (dp.Z - delta) * scale, p.W * (dp.W - delta) * scale);
}
