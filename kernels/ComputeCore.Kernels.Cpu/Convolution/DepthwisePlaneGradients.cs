using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ComputeCore.Kernels.Cpu.Gemm;
using ComputeCore.Kernels.Cpu.Simd;

namespace ComputeCore.Kernels.Cpu.Convolution;

// The gradients of DepthwisePlane, by strips of 16 windows from top to bottom as there:
//   weights   dw[r, s] = the sum over windows of dy * the x that tap (r, s) sees; nine accumulators, 3 to 9 loads of x and one of dy for
//             9 multiply-adds
//   data      with stride 2. Of the window that begins at column 2j of the padded plane, column 2j sees tap 0 and, of the window
//             before, tap 2, column 2j + 1 sees tap 1; rows likewise. So 16 windows give 32 columns of two rows of dx from two vectors of dy
//             and two of the row before: 9 multiply-adds, 4 shuffles, 4 stores
// FLOPs 18 * P * Q each; bytes: both planes once each. What comes next is fetched meanwhile.

/// <summary>Gradients of the depthwise convolution of a plane by a 3 x 3 kernel.</summary>
internal static unsafe class DepthwisePlaneGradients
{
    /// <summary>Adds dy * x to the sums of each tap.</summary>
    /// <param name="shape">The convolution of which this is a plane.</param>
    /// <param name="strips">Of the plane.</param>
    /// <param name="x">The input plane, [H, W].</param>
    /// <param name="dy">The gradient of the output plane, [P, Q].</param>
    /// <param name="sums">A vector for each tap; its lanes are still to be added up.</param>
    /// <param name="next">From these planes to those that will be read next, in planes.</param>
    public static void AddToWeights(in ConvolutionShape shape, StripColumns* strips, float* x, float* dy, float* sums, int next)
    {
        for (var q = 0; q < shape.Q; q += Lanes.Count, strips++)
        {
            if (shape.StrideX == 1)
                AddStrip<One>(shape, strips, x, dy, q, sums, next);
            else
                AddStrip<Two>(shape, strips, x, dy, q, sums, next);
        }
    }

    /// <summary>dx, for a stride of 2.</summary>
    /// <param name="shape">The convolution of which this is a plane.</param>
    /// <param name="dy">The gradient of the output plane, [P, Q].</param>
    /// <param name="weights">The kernel, [3, 3].</param>
    /// <param name="dx">The gradient of the input plane, [H, W].</param>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void DataOfStrideTwo(in ConvolutionShape shape, float* dy, float* weights, float* dx)
    {
        var w00 = Vector512.Create(weights[0]);
        var w01 = Vector512.Create(weights[1]);
        var w02 = Vector512.Create(weights[2]);
        var w10 = Vector512.Create(weights[3]);
        var w11 = Vector512.Create(weights[4]);
        var w12 = Vector512.Create(weights[5]);
        var w20 = Vector512.Create(weights[6]);
        var w21 = Vector512.Create(weights[7]);
        var w22 = Vector512.Create(weights[8]);

        // Of the lanes of two vectors, one from each in turn: the first half of them, and the second.
        var turn = (Vector512<int>.Indices & Vector512<int>.One) * Lanes.Count;
        var lowerHalves = (Vector512<int>.Indices >> 1) + turn;
        var upperHalves = lowerHalves + Vector512.Create(Lanes.Count / 2);

        int height = shape.H, width = shape.W, rows = shape.P, columns = shape.Q;
        var nextX = dx + (nint)height * width;
        var nextY = dy + (nint)rows * columns;
        var (firstRow, firstColumn) = (shape.PaddingTop / 2, shape.PaddingLeft / 2);
        for (var q = firstColumn; 2 * q < width + shape.PaddingLeft; q += Lanes.Count)
        {
            // Columns [column, column + 32) of dx.
            var column = 2 * q - shape.PaddingLeft;
            var lower = Lanes.First(width - column) & ~Lanes.First(-column);
            var upper = Lanes.First(width - column - Lanes.Count) & ~Lanes.First(-column - Lanes.Count);
            var inside = Lanes.First(columns - q);
            var insideLeft = Lanes.First(columns - q + 1) & ~Lanes.First(1 - q);
            Load(firstRow - 1, out var above, out var aboveLeft);
            for (var p = firstRow; 2 * p < height + shape.PaddingTop; p++)
            {
                Lanes.PrefetchFar(nextX, 4);
                Lanes.PrefetchFar(nextY, 1);
                nextX += 4 * Lanes.Count;
                nextY += Lanes.Count;
                Load(p, out var here, out var left);
                var row = 2 * p - shape.PaddingTop;
                var even = Vector512.FusedMultiplyAdd(above, w20, here * w00) + Vector512.FusedMultiplyAdd(aboveLeft, w22, left * w02);
                Store(row, even, Vector512.FusedMultiplyAdd(above, w21, here * w01));
                Store(row + 1, Vector512.FusedMultiplyAdd(left, w12, here * w10), here * w11);
                (above, aboveLeft) = (here, left);
            }

            // Of a row of dy, 16 elements and those before them.
            [MethodImpl(MethodImplOptions.AggressiveInlining)]
            void Load(int p, out Vector512<float> here, out Vector512<float> left)
            {
                here = left = Vector512<float>.Zero;
                if ((uint)p >= (uint)rows)
                    return;
                here = Lanes.Load(dy + (nint)p * columns + q, inside);
                left = Lanes.Load(dy + (nint)p * columns + q - 1, insideLeft);
            }

            [MethodImpl(MethodImplOptions.AggressiveInlining)]
            void Store(int row, Vector512<float> even, Vector512<float> odd)
            {
                if ((uint)row >= (uint)height)
                    return;
                var target = dx + (nint)row * width + column;
                Lanes.Store(target, lower, Lanes.Permute(even, lowerHalves, odd));
                Lanes.Store(target + Lanes.Count, upper, Lanes.Permute(even, upperHalves, odd));
            }
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void AddStrip<TStride>(in ConvolutionShape shape, StripColumns* columnsOfStrip, float* x, float* dy, int q, float* sums, int next)
        where TStride : struct, ITileSize
    {
        int rows = shape.P, columns = shape.Q;
        var strip = new DepthwiseStrip<TStride>(x, shape.H, shape.W, columnsOfStrip);
        var inside = Lanes.First(columns - q);
        var s00 = Vector512.Load(sums);
        var s01 = Vector512.Load(sums + Lanes.Count);
        var s02 = Vector512.Load(sums + 2 * Lanes.Count);
        var s10 = Vector512.Load(sums + 3 * Lanes.Count);
        var s11 = Vector512.Load(sums + 4 * Lanes.Count);
        var s12 = Vector512.Load(sums + 5 * Lanes.Count);
        var s20 = Vector512.Load(sums + 6 * Lanes.Count);
        var s21 = Vector512.Load(sums + 7 * Lanes.Count);
        var s22 = Vector512.Load(sums + 8 * Lanes.Count);
        var nextX = x + (nint)shape.H * shape.W * next + (nint)q * rows * TStride.Value * TStride.Value;
        var nextY = dy + (nint)rows * columns * next + (nint)q * rows;
        var h = -shape.PaddingTop;
        strip.Load(h, out var a0, out var a1, out var a2);
        Vector512<float> b0 = default, b1 = default, b2 = default;
        if (TStride.Value == 1)
            strip.Load(h + 1, out b0, out b1, out b2);
        for (nint at = q; at < (nint)rows * columns; at += columns, h += TStride.Value)
        {
            Lanes.PrefetchFar(nextX, TStride.Value * TStride.Value);
            Lanes.PrefetchFar(nextY, 1);
            nextX += TStride.Value * TStride.Value * Lanes.Count;
            nextY += Lanes.Count;
            if (TStride.Value == 2)
                strip.Load(h + 1, out b0, out b1, out b2);
            strip.Load(h + 2, out var c0, out var c1, out var c2);
            var gradient = Lanes.Load(dy + at, inside);
            s00 = Vector512.FusedMultiplyAdd(a0, gradient, s00);
            s01 = Vector512.FusedMultiplyAdd(a1, gradient, s01);
            s02 = Vector512.FusedMultiplyAdd(a2, gradient, s02);
            s10 = Vector512.FusedMultiplyAdd(b0, gradient, s10);
            s11 = Vector512.FusedMultiplyAdd(b1, gradient, s11);
            s12 = Vector512.FusedMultiplyAdd(b2, gradient, s12);
            s20 = Vector512.FusedMultiplyAdd(c0, gradient, s20);
            s21 = Vector512.FusedMultiplyAdd(c1, gradient, s21);
            s22 = Vector512.FusedMultiplyAdd(c2, gradient, s22);
            if (TStride.Value == 1)
            {
                (a0, a1, a2) = (b0, b1, b2);
                (b0, b1, b2) = (c0, c1, c2);
            }
            else
            {
                (a0, a1, a2) = (c0, c1, c2);
            }
        }

        s00.Store(sums);
        s01.Store(sums + Lanes.Count);
        s02.Store(sums + 2 * Lanes.Count);
        s10.Store(sums + 3 * Lanes.Count);
        s11.Store(sums + 4 * Lanes.Count);
        s12.Store(sums + 5 * Lanes.Count);
        s20.Store(sums + 6 * Lanes.Count);
        s21.Store(sums + 7 * Lanes.Count);
        s22.Store(sums + 8 * Lanes.Count);
    }
}
