using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using ComputeCore.Kernels.Cpu.Gemm;
using ComputeCore.Kernels.Cpu.Simd;

namespace ComputeCore.Kernels.Cpu.Convolution;

/// <summary>
/// The tile of IndirectConvolution: C[6, width] (+)= A[6, depth] · B[depth, width], where A's element (i, k) is
/// <c>source[rows[i] + columns[k]]</c>. With 64 columns 24 of AVX-512's registers accumulate, four hold a row of B and one
/// takes A's broadcasts: 10 loads per 24 fused multiply-adds. Without AVX-512 tiles are 16 columns wide, two vectors of 256 bits.
/// </summary>
internal static unsafe class IndirectMicroKernel
{
    /// <summary>Rows of the tile.</summary>
    public const int Rows = 6;

    /// <summary>The widest tile.</summary>
    public const int MaxWidth = 4 * Lanes.Count;

    /// <summary>The width of the tile that takes the next of <paramref name="columns"/> columns: 64, 32 or 16.</summary>
    public static int Width(int columns) =>
        Vector512.IsHardwareAccelerated && columns > 48 ? MaxWidth : Vector512.IsHardwareAccelerated && columns > 16 ? 32 : 16;

    /// <summary>Computes <paramref name="tiles"/> tiles, one below the other; C and B have <paramref name="width"/> columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply(
        float* source, int* rows, int tiles, int* columns, int depth, float* b, int width, float* c, bool accumulate)
    {
        // The rows of B behind these are needed next, and may come from memory: the first tiles fetch them, a line in each step.
        var next = b + (nint)depth * width;
        for (var tile = 0; tile < tiles; tile++, rows += Rows, c += Rows * width, next += depth * Lanes.Count)
        {
            if (!Vector512.IsHardwareAccelerated)
                HalfTile(source, rows, columns, depth, b, c, accumulate);
            else if (width == 64)
                Tile<Four>(source, rows, columns, depth, b, tile < 4 ? next : b, c, accumulate);
            else if (width == 32)
                Tile<Two>(source, rows, columns, depth, b, tile < 2 ? next : b, c, accumulate);
            else
                Tile<One>(source, rows, columns, depth, b, tile < 1 ? next : b, c, accumulate);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile<TVectors>(float* source, int* rows, int* columns, int depth, float* b, float* next, float* c, bool accumulate)
        where TVectors : struct, ITileSize
    {
        Vector512<float> c00 = default, c01 = default, c02 = default, c03 = default;
        Vector512<float> c10 = default, c11 = default, c12 = default, c13 = default;
        Vector512<float> c20 = default, c21 = default, c22 = default, c23 = default;
        Vector512<float> c30 = default, c31 = default, c32 = default, c33 = default;
        Vector512<float> c40 = default, c41 = default, c42 = default, c43 = default;
        Vector512<float> c50 = default, c51 = default, c52 = default, c53 = default;
        var a0 = source + rows[0];
        var a1 = source + rows[1];
        var a2 = source + rows[2];
        var a3 = source + rows[3];
        var a4 = source + rows[4];
        var a5 = source + rows[5];
        for (var end = columns + depth; columns < end; columns++)
        {
            var b0 = Vector512.Load(b);
            var b1 = TVectors.Value > 1 ? Vector512.Load(b + 16) : default;
            var b2 = TVectors.Value > 2 ? Vector512.Load(b + 32) : default;
            var b3 = TVectors.Value > 2 ? Vector512.Load(b + 48) : default;
            var column = (nint)(*columns);
            var x = Vector512.Create(a0[column]);
            c00 = Vector512.FusedMultiplyAdd(x, b0, c00);
            c01 = TVectors.Value > 1 ? Vector512.FusedMultiplyAdd(x, b1, c01) : c01;
            c02 = TVectors.Value > 2 ? Vector512.FusedMultiplyAdd(x, b2, c02) : c02;
            c03 = TVectors.Value > 2 ? Vector512.FusedMultiplyAdd(x, b3, c03) : c03;
            x = Vector512.Create(a1[column]);
            c10 = Vector512.FusedMultiplyAdd(x, b0, c10);
            c11 = TVectors.Value > 1 ? Vector512.FusedMultiplyAdd(x, b1, c11) : c11;
            c12 = TVectors.Value > 2 ? Vector512.FusedMultiplyAdd(x, b2, c12) : c12;
            c13 = TVectors.Value > 2 ? Vector512.FusedMultiplyAdd(x, b3, c13) : c13;
            x = Vector512.Create(a2[column]);
            c20 = Vector512.FusedMultiplyAdd(x, b0, c20);
            c21 = TVectors.Value > 1 ? Vector512.FusedMultiplyAdd(x, b1, c21) : c21;
            c22 = TVectors.Value > 2 ? Vector512.FusedMultiplyAdd(x, b2, c22) : c22;
            c23 = TVectors.Value > 2 ? Vector512.FusedMultiplyAdd(x, b3, c23) : c23;
            x = Vector512.Create(a3[column]);
            c30 = Vector512.FusedMultiplyAdd(x, b0, c30);
            c31 = TVectors.Value > 1 ? Vector512.FusedMultiplyAdd(x, b1, c31) : c31;
            c32 = TVectors.Value > 2 ? Vector512.FusedMultiplyAdd(x, b2, c32) : c32;
            c33 = TVectors.Value > 2 ? Vector512.FusedMultiplyAdd(x, b3, c33) : c33;
            x = Vector512.Create(a4[column]);
            c40 = Vector512.FusedMultiplyAdd(x, b0, c40);
            c41 = TVectors.Value > 1 ? Vector512.FusedMultiplyAdd(x, b1, c41) : c41;
            c42 = TVectors.Value > 2 ? Vector512.FusedMultiplyAdd(x, b2, c42) : c42;
            c43 = TVectors.Value > 2 ? Vector512.FusedMultiplyAdd(x, b3, c43) : c43;
            x = Vector512.Create(a5[column]);
            c50 = Vector512.FusedMultiplyAdd(x, b0, c50);
            c51 = TVectors.Value > 1 ? Vector512.FusedMultiplyAdd(x, b1, c51) : c51;
            c52 = TVectors.Value > 2 ? Vector512.FusedMultiplyAdd(x, b2, c52) : c52;
            c53 = TVectors.Value > 2 ? Vector512.FusedMultiplyAdd(x, b3, c53) : c53;
            if (Sse.IsSupported)
                Sse.Prefetch1(next);
            next += Lanes.Count;
            b += TVectors.Value * Lanes.Count;
        }

        StoreRow<TVectors>(c, 0, accumulate, c00, c01, c02, c03);
        StoreRow<TVectors>(c, 1, accumulate, c10, c11, c12, c13);
        StoreRow<TVectors>(c, 2, accumulate, c20, c21, c22, c23);
        StoreRow<TVectors>(c, 3, accumulate, c30, c31, c32, c33);
        StoreRow<TVectors>(c, 4, accumulate, c40, c41, c42, c43);
        StoreRow<TVectors>(c, 5, accumulate, c50, c51, c52, c53);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void HalfTile(float* source, int* rows, int* columns, int depth, float* b, float* c, bool accumulate)
    {
        Vector256<float> c00 = default, c01 = default;
        Vector256<float> c10 = default, c11 = default;
        Vector256<float> c20 = default, c21 = default;
        Vector256<float> c30 = default, c31 = default;
        Vector256<float> c40 = default, c41 = default;
        Vector256<float> c50 = default, c51 = default;
        var a0 = source + rows[0];
        var a1 = source + rows[1];
        var a2 = source + rows[2];
        var a3 = source + rows[3];
        var a4 = source + rows[4];
        var a5 = source + rows[5];
        for (var end = columns + depth; columns < end; columns++)
        {
            var b0 = Vector256.Load(b);
            var b1 = Vector256.Load(b + 8);
            var column = (nint)(*columns);
            var x = Vector256.Create(a0[column]);
            c00 = Vector256.FusedMultiplyAdd(x, b0, c00);
            c01 = Vector256.FusedMultiplyAdd(x, b1, c01);
            x = Vector256.Create(a1[column]);
            c10 = Vector256.FusedMultiplyAdd(x, b0, c10);
            c11 = Vector256.FusedMultiplyAdd(x, b1, c11);
            x = Vector256.Create(a2[column]);
            c20 = Vector256.FusedMultiplyAdd(x, b0, c20);
            c21 = Vector256.FusedMultiplyAdd(x, b1, c21);
            x = Vector256.Create(a3[column]);
            c30 = Vector256.FusedMultiplyAdd(x, b0, c30);
            c31 = Vector256.FusedMultiplyAdd(x, b1, c31);
            x = Vector256.Create(a4[column]);
            c40 = Vector256.FusedMultiplyAdd(x, b0, c40);
            c41 = Vector256.FusedMultiplyAdd(x, b1, c41);
            x = Vector256.Create(a5[column]);
            c50 = Vector256.FusedMultiplyAdd(x, b0, c50);
            c51 = Vector256.FusedMultiplyAdd(x, b1, c51);
            b += Lanes.Count;
        }

        StoreHalfRow(c, 0, accumulate, c00, c01);
        StoreHalfRow(c, 1, accumulate, c10, c11);
        StoreHalfRow(c, 2, accumulate, c20, c21);
        StoreHalfRow(c, 3, accumulate, c30, c31);
        StoreHalfRow(c, 4, accumulate, c40, c41);
        StoreHalfRow(c, 5, accumulate, c50, c51);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreHalfRow(float* c, int row, bool accumulate, Vector256<float> c0, Vector256<float> c1)
    {
        c += row * Lanes.Count;
        (accumulate ? Vector256.Load(c) + c0 : c0).Store(c);
        (accumulate ? Vector256.Load(c + 8) + c1 : c1).Store(c + 8);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreRow<TVectors>(
        float* c, int row, bool accumulate, Vector512<float> c0, Vector512<float> c1, Vector512<float> c2, Vector512<float> c3)
        where TVectors : struct, ITileSize
    {
        c += row * TVectors.Value * Lanes.Count;
        Store(c, accumulate, c0);
        if (TVectors.Value > 1)
            Store(c + 16, accumulate, c1);
        if (TVectors.Value > 2)
        {
            Store(c + 32, accumulate, c2);
            Store(c + 48, accumulate, c3);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(float* c, bool accumulate, Vector512<float> value) =>
        (accumulate ? Vector512.Load(c) + value : value).Store(c);
}
