// Rotary position embedding (Su et al., "RoFormer", 2021): pairs (a, b) of the first R elements of each head of x [B, T, H, D] become
// (a cos − b sin, b cos + a sin). A work-item per pair, and per element behind them; it alone touches these, so that the result may lie
// where x does. Bytes: 8 per element; the angles come from caches but once.
using ILGPU;

namespace ComputeCore.Kernels.Attention;

/// <summary>The scalars of a rotary embedding.</summary>
internal struct RotaryShape
{
    /// <summary>T.</summary>
    public int Length;

    /// <summary>H.</summary>
    public int Heads;

    /// <summary>D.</summary>
    public int Width;

    /// <summary>R / 2.</summary>
    public int Pairs;

    /// <summary>1 where each sequence has angles of its own.</summary>
    public int AnglesPerBatch;

    /// <summary>1 where pair i is (2 i, 2 i + 1); otherwise it is (i, i + R / 2).</summary>
    public int IsInterleaved;

    /// <summary>1 for the way back.</summary>
    public int IsReverse;

    /// <summary>Work-items for a head.</summary>
    public readonly int Items => Width - Pairs;
}

/// <summary>Rotary position embedding.</summary>
internal static partial class RotaryKernels
{
    /// <summary>Rotates.</summary>
    /// <param name="x">[B, T, H, D].</param>
    /// <param name="cosines">[T, R / 2] or [B, T, R / 2].</param>
    /// <param name="sines">Of the same shape.</param>
    /// <param name="y">[B, T, H, D].</param>
    /// <param name="shape">The extents.</param>
    /// <param name="count">Work-items: those of all heads.</param>
    [Kernel]
    public static void Rotate(ArrayView<float> x, ArrayView<float> cosines, ArrayView<float> sines, ArrayView<float> y, RotaryShape shape, int count)
    {
        var item = FlatIndex.Get();
        if (item >= count)
            return;
        var head = item / shape.Items;
        var i = item - head * shape.Items;
        var first = head * shape.Width;
        if (i >= shape.Pairs)
        {
            y[first + shape.Pairs + i] = x[first + shape.Pairs + i];
            return;
        }

        var line = head / shape.Heads;
        var angle = (shape.AnglesPerBatch != 0 ? line : line % shape.Length) * shape.Pairs + i;
        var cosine = cosines[angle];
        var sine = shape.IsReverse != 0 ? -sines[angle] : sines[angle];
        var at = shape.IsInterleaved != 0 ? first + 2 * i : first + i;
        var other = shape.IsInterleaved != 0 ? at + 1 : at + shape.Pairs;
        var (a, b) = (x[at], x[other]);
        y[at] = MathF.FusedMultiplyAdd(a, cosine, -(b * sine));
        y[other] = MathF.FusedMultiplyAdd(b, cosine, a * sine);
    }
}
