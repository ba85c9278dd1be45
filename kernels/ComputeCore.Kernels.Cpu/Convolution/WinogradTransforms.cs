using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ComputeCore.Kernels.Cpu.Simd;

namespace ComputeCore.Kernels.Cpu.Convolution;

// The transforms of F(2 x 2, 3 x 3). In one dimension, two outputs of a filter with three taps,
//
//   y0 = d0 g0 + d1 g1 + d2 g2     need four products,   m0 = (d0 - d2) g0
//   y1 = d1 g0 + d2 g1 + d3 g2     instead of six:       m1 = (d1 + d2) (g0 + g1 + g2) / 2
//                                                        m2 = (d2 - d1) (g0 - g1 + g2) / 2
//   y0 = m0 + m1 + m2,  y1 = m1 - m2 - m3                m3 = (d1 - d3) g2
//
// or y = Aᵀ [(G g) * (Bᵀ d)]. In two dimensions each transform is applied down the columns and then along the rows. The
// constants are 1 and 1/2, so the transforms round no more than their few additions do. A gradient passes through the
// transposed transforms: dm = A dy, dg = Gᵀ du.

/// <summary>The transforms of Winograd's convolution, each of 16 channels side by side.</summary>
internal static unsafe class WinogradTransforms
{
    /// <summary>Products of a tile, 4 x 4.</summary>
    public const int Points = 16;

    /// <summary>Taps of the filter, 3 x 3.</summary>
    public const int Taps = 9;

    /// <summary>
    /// Bᵀ d B of a row of tiles. The four image rows they see are [width, stride], the channels adjacent; columns outside of
    /// the image are zero. Point i of tile t goes to target[i * pointStride + t * tileStride].
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void Input(
        in ImageRows rows, int firstColumn, int tiles, float* target, nint tileStride, nint pointStride)
    {
        float* row0 = rows.Row0, row1 = rows.Row1, row2 = rows.Row2, row3 = rows.Row3;
        int width = rows.Width, stride = rows.Stride;
        var a = InputColumn(row0, row1, row2, row3, width, stride, firstColumn);
        var b = InputColumn(row0, row1, row2, row3, width, stride, firstColumn + 1);
        for (var tile = 0; tile < tiles; tile++, target += tileStride)
        {
            firstColumn += 2;
            var c = InputColumn(row0, row1, row2, row3, width, stride, firstColumn);
            var d = InputColumn(row0, row1, row2, row3, width, stride, firstColumn + 1);
            Bt(a.P0, b.P0, c.P0, d.P0).Store(target, pointStride);
            Bt(a.P1, b.P1, c.P1, d.P1).Store(target + 4 * pointStride, pointStride);
            Bt(a.P2, b.P2, c.P2, d.P2).Store(target + 8 * pointStride, pointStride);
            Bt(a.P3, b.P3, c.P3, d.P3).Store(target + 12 * pointStride, pointStride);
            (a, b) = (c, d);
        }
    }

    /// <summary>
    /// A dy Aᵀ of a row of tiles, from the first two of the rows: the gradient of the products. Arguments as for the input.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void OutputGradient(in ImageRows rows, int tiles, float* target, nint tileStride, nint pointStride)
    {
        float* row0 = rows.Row0, row1 = rows.Row1;
        nint stride = rows.Stride;
        for (var tile = 0; tile < tiles; tile++, target += tileStride, row0 += 2 * stride, row1 += 2 * stride)
        {
            var a = A(Vector512.Load(row0), Vector512.Load(row1));
            var b = 2 * tile + 1 < rows.Width ? A(Vector512.Load(row0 + stride), Vector512.Load(row1 + stride)) : default;
            A(a.P0, b.P0).Store(target, pointStride);
            A(a.P1, b.P1).Store(target + 4 * pointStride, pointStride);
            A(a.P2, b.P2).Store(target + 8 * pointStride, pointStride);
            A(a.P3, b.P3).Store(target + 12 * pointStride, pointStride);
        }
    }

    /// <summary>
    /// Aᵀ m A of a row of tiles, point i of tile t being products[i * pointStride + t * stride]: two rows of y, each
    /// [width, stride]. What is returned is zero if all of y is finite, otherwise NaN.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static Vector512<float> Output(float* products, nint pointStride, nint stride, int tiles, float* y, int width)
    {
        var zero = Vector512<float>.Zero;
        var secondRow = width * stride;
        for (var tile = 0; tile < tiles; tile++, products += stride, y += 2 * stride)
        {
            var a = At(Four.Load(products, 4 * pointStride));
            var b = At(Four.Load(products + pointStride, 4 * pointStride));
            var c = At(Four.Load(products + 2 * pointStride, 4 * pointStride));
            var d = At(Four.Load(products + 3 * pointStride, 4 * pointStride));
            var first = At(new Four(a.P0, b.P0, c.P0, d.P0));
            var second = At(new Four(a.P1, b.P1, c.P1, d.P1));
            zero = FiniteZero(first.P0, FiniteZero(second.P0, FiniteZero(first.P1, FiniteZero(second.P1, zero))));
            first.P0.Store(y);
            second.P0.Store(y + secondRow);
            if (2 * tile + 1 < width)
            {
                first.P1.Store(y + stride);
                second.P1.Store(y + secondRow + stride);
            }
        }

        return zero;
    }

    /// <summary>G g Gᵀ: tap i is taps[i * 16]. Point i goes to target[i * pointStride].</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void Filter(float* taps, bool rotated, float* target, nint pointStride)
    {
        // The filter turned by 180 degrees is the same with its taps in the opposite order.
        nint step = rotated ? -Lanes.Count : Lanes.Count;
        if (rotated)
            taps += (Taps - 1) * Lanes.Count;
        var a = G(Vector512.Load(taps), Vector512.Load(taps + 3 * step), Vector512.Load(taps + 6 * step));
        var b = G(Vector512.Load(taps + step), Vector512.Load(taps + 4 * step), Vector512.Load(taps + 7 * step));
        var c = G(Vector512.Load(taps + 2 * step), Vector512.Load(taps + 5 * step), Vector512.Load(taps + 8 * step));
        G(a.P0, b.P0, c.P0).Store(target, pointStride);
        G(a.P1, b.P1, c.P1).Store(target + 4 * pointStride, pointStride);
        G(a.P2, b.P2, c.P2).Store(target + 8 * pointStride, pointStride);
        G(a.P3, b.P3, c.P3).Store(target + 12 * pointStride, pointStride);
    }

    /// <summary>
    /// Gᵀ du G: point i is points[i * 16], tap i goes to taps[i * 16]. What is returned is zero if all taps are finite,
    /// otherwise NaN.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static Vector512<float> FilterGradient(float* points, float* taps)
    {
        var zero = Vector512<float>.Zero;
        var a = Gt(Four.Load(points, 4 * Lanes.Count));
        var b = Gt(Four.Load(points + Lanes.Count, 4 * Lanes.Count));
        var c = Gt(Four.Load(points + 2 * Lanes.Count, 4 * Lanes.Count));
        var d = Gt(Four.Load(points + 3 * Lanes.Count, 4 * Lanes.Count));
        StoreRow(new Four(a.P0, b.P0, c.P0, d.P0), taps);
        StoreRow(new Four(a.P1, b.P1, c.P1, d.P1), taps + 3 * Lanes.Count);
        StoreRow(new Four(a.P2, b.P2, c.P2, d.P2), taps + 6 * Lanes.Count);
        for (var tap = 0; tap < Taps; tap++)
            zero = FiniteZero(Vector512.Load(taps + tap * Lanes.Count), zero);
        return zero;

        static void StoreRow(Four points, float* taps)
        {
            var row = Gt(points);
            row.P0.Store(taps);
            row.P1.Store(taps + Lanes.Count);
            row.P2.Store(taps + 2 * Lanes.Count);
        }
    }

    // NaN unless x and zero are finite.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> FiniteZero(Vector512<float> x, Vector512<float> zero) =>
        Vector512.FusedMultiplyAdd(x, Vector512<float>.Zero, zero);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Four InputColumn(float* row0, float* row1, float* row2, float* row3, int width, int stride, int x)
    {
        if ((uint)x >= (uint)width)
            return default;
        var at = (nint)x * stride;
        return Bt(Vector512.Load(row0 + at), Vector512.Load(row1 + at), Vector512.Load(row2 + at), Vector512.Load(row3 + at));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Four Bt(Vector512<float> d0, Vector512<float> d1, Vector512<float> d2, Vector512<float> d3) =>
        new(d0 - d2, d1 + d2, d2 - d1, d1 - d3);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Four G(Vector512<float> g0, Vector512<float> g1, Vector512<float> g2)
    {
        var outer = 0.5f * (g0 + g2);
        var inner = 0.5f * g1;
        return new(g0, outer + inner, outer - inner, g2);
    }

    /// <summary>Three values.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Four Gt(Four u)
    {
        var half = 0.5f * (u.P1 + u.P2);
        return new(u.P0 + half, 0.5f * (u.P1 - u.P2), half + u.P3, default);
    }

    /// <summary>Two values.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Four At(Four m) => new(m.P0 + m.P1 + m.P2, m.P1 - m.P2 - m.P3, default, default);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Four A(Vector512<float> y0, Vector512<float> y1) => new(y0, y0 + y1, y0 - y1, -y1);

    private readonly struct Four(Vector512<float> p0, Vector512<float> p1, Vector512<float> p2, Vector512<float> p3)
    {
        public readonly Vector512<float> P0 = p0;
        public readonly Vector512<float> P1 = p1;
        public readonly Vector512<float> P2 = p2;
        public readonly Vector512<float> P3 = p3;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Four Load(float* source, nint stride) => new(
            Vector512.Load(source), Vector512.Load(source + stride), Vector512.Load(source + 2 * stride), Vector512.Load(source + 3 * stride));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Store(float* target, nint stride)
        {
            P0.Store(target);
            P1.Store(target + stride);
            P2.Store(target + 2 * stride);
            P3.Store(target + 3 * stride);
        }
    }
}
