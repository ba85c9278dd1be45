using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ComputeCore.Kernels.Cpu.Gemm;

/// <summary>
/// The 12 x 32 tile for AVX-512: 24 of the 32 registers accumulate, two hold a row of B, the rest take A's broadcasts. 24
/// independent chains keep two fused multiply-add ports with a latency of four cycles busy; 14 loads per 24 of them leave
/// the two load ports room. A tile of 4 or 8 rows, or of one vector of columns, is computed as such, so M = 64 wastes nothing.
/// </summary>
internal unsafe struct Avx512MicroKernel : IMicroKernel
{
    // Towards a panel's end this reaches the next one, which may still lie in L3.
    private const int FetchAAhead = 12 * 32;

    // C is fetched one row per k, early enough for main memory to answer. At the start of a long loop it would be too early: A
    // and B would push it out again, all the sooner where C's stride is a power of two and its rows share a cache set.
    private const int FetchCBeforeEnd = 128;

    /// <inheritdoc/>
    public static int MR => 12;

    /// <inheritdoc/>
    public static int NR => 32;

    /// <inheritdoc/>
    public static int RowGroup => 4;

    /// <inheritdoc/>
    public static void Run(
        int rows, int columns, int depth, float* a, nint aRow, nint aStep, float* b, nint bStep, Tile* tile)
    {
        if (columns == NR)
        {
            if (rows <= 4)
                Run<Four, Two>(rows, depth, a, aRow, aStep, b, bStep, tile);
            else if (rows <= 8)
                Run<Eight, Two>(rows, depth, a, aRow, aStep, b, bStep, tile);
            else
                Run<Twelve, Two>(rows, depth, a, aRow, aStep, b, bStep, tile);
        }
        else
        {
            if (rows <= 4)
                Run<Four, One>(rows, depth, a, aRow, aStep, b, bStep, tile);
            else if (rows <= 8)
                Run<Eight, One>(rows, depth, a, aRow, aStep, b, bStep, tile);
            else
                Run<Twelve, One>(rows, depth, a, aRow, aStep, b, bStep, tile);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Run<TRows, TVectors>(
        int rows, int depth, float* a, nint aRow, nint aStep, float* b, nint bStep, Tile* tile)
        where TRows : struct, ITileSize
        where TVectors : struct, ITileSize
    {
        Vector512<float> c00 = Vector512<float>.Zero, c01 = Vector512<float>.Zero;
        Vector512<float> c10 = Vector512<float>.Zero, c11 = Vector512<float>.Zero;
        Vector512<float> c20 = Vector512<float>.Zero, c21 = Vector512<float>.Zero;
        Vector512<float> c30 = Vector512<float>.Zero, c31 = Vector512<float>.Zero;
        Vector512<float> c40 = Vector512<float>.Zero, c41 = Vector512<float>.Zero;
        Vector512<float> c50 = Vector512<float>.Zero, c51 = Vector512<float>.Zero;
        Vector512<float> c60 = Vector512<float>.Zero, c61 = Vector512<float>.Zero;
        Vector512<float> c70 = Vector512<float>.Zero, c71 = Vector512<float>.Zero;
        Vector512<float> c80 = Vector512<float>.Zero, c81 = Vector512<float>.Zero;
        Vector512<float> c90 = Vector512<float>.Zero, c91 = Vector512<float>.Zero;
        Vector512<float> ca0 = Vector512<float>.Zero, ca1 = Vector512<float>.Zero;
        Vector512<float> cb0 = Vector512<float>.Zero, cb1 = Vector512<float>.Zero;

        var a4 = a + 4 * aRow;
        var a8 = a + 8 * aRow;
        var aRow2 = 2 * aRow;
        var aRow3 = 3 * aRow;
        // Counted so that k = 0 is where C's first row is fetched.
        var begin = Math.Min(0, FetchCBeforeEnd - depth);
        var end = depth + begin;
        for (var k = begin; k < end; k++)
        {
            Sse.Prefetch0(a + FetchAAhead);
            if ((uint)k < (uint)TRows.Value)
            {
                var row = tile->C + k * tile->Ldc;
                Sse.Prefetch0(row);
                if (TVectors.Value == 2)
                    Sse.Prefetch0(row + Vector512<float>.Count);
            }

            var b0 = Vector512.Load(b);
            var b1 = TVectors.Value == 2 ? Vector512.Load(b + 16) : Vector512<float>.Zero;
            var x = Vector512.Create(a[0]);
            c00 = Avx512F.FusedMultiplyAdd(x, b0, c00);
            c01 = TVectors.Value == 2 ? Avx512F.FusedMultiplyAdd(x, b1, c01) : c01;
            x = Vector512.Create(a[aRow]);
            c10 = Avx512F.FusedMultiplyAdd(x, b0, c10);
            c11 = TVectors.Value == 2 ? Avx512F.FusedMultiplyAdd(x, b1, c11) : c11;
            x = Vector512.Create(a[aRow2]);
            c20 = Avx512F.FusedMultiplyAdd(x, b0, c20);
            c21 = TVectors.Value == 2 ? Avx512F.FusedMultiplyAdd(x, b1, c21) : c21;
            x = Vector512.Create(a[aRow3]);
            c30 = Avx512F.FusedMultiplyAdd(x, b0, c30);
            c31 = TVectors.Value == 2 ? Avx512F.FusedMultiplyAdd(x, b1, c31) : c31;

            if (TRows.Value > 4)
            {
                x = Vector512.Create(a4[0]);
                c40 = Avx512F.FusedMultiplyAdd(x, b0, c40);
                c41 = TVectors.Value == 2 ? Avx512F.FusedMultiplyAdd(x, b1, c41) : c41;
                x = Vector512.Create(a4[aRow]);
                c50 = Avx512F.FusedMultiplyAdd(x, b0, c50);
                c51 = TVectors.Value == 2 ? Avx512F.FusedMultiplyAdd(x, b1, c51) : c51;
                x = Vector512.Create(a4[aRow2]);
                c60 = Avx512F.FusedMultiplyAdd(x, b0, c60);
                c61 = TVectors.Value == 2 ? Avx512F.FusedMultiplyAdd(x, b1, c61) : c61;
                x = Vector512.Create(a4[aRow3]);
                c70 = Avx512F.FusedMultiplyAdd(x, b0, c70);
                c71 = TVectors.Value == 2 ? Avx512F.FusedMultiplyAdd(x, b1, c71) : c71;
            }

            if (TRows.Value > 8)
            {
                x = Vector512.Create(a8[0]);
                c80 = Avx512F.FusedMultiplyAdd(x, b0, c80);
                c81 = TVectors.Value == 2 ? Avx512F.FusedMultiplyAdd(x, b1, c81) : c81;
                x = Vector512.Create(a8[aRow]);
                c90 = Avx512F.FusedMultiplyAdd(x, b0, c90);
                c91 = TVectors.Value == 2 ? Avx512F.FusedMultiplyAdd(x, b1, c91) : c91;
                x = Vector512.Create(a8[aRow2]);
                ca0 = Avx512F.FusedMultiplyAdd(x, b0, ca0);
                ca1 = TVectors.Value == 2 ? Avx512F.FusedMultiplyAdd(x, b1, ca1) : ca1;
                x = Vector512.Create(a8[aRow3]);
                cb0 = Avx512F.FusedMultiplyAdd(x, b0, cb0);
                cb1 = TVectors.Value == 2 ? Avx512F.FusedMultiplyAdd(x, b1, cb1) : cb1;
            }

            a += aStep;
            a4 += aStep;
            a8 += aStep;
            b += bStep;
        }

        StoreRow<TVectors>(tile, 0, rows, c00, c01);
        StoreRow<TVectors>(tile, 1, rows, c10, c11);
        StoreRow<TVectors>(tile, 2, rows, c20, c21);
        StoreRow<TVectors>(tile, 3, rows, c30, c31);

        if (TRows.Value > 4)
        {
            StoreRow<TVectors>(tile, 4, rows, c40, c41);
            StoreRow<TVectors>(tile, 5, rows, c50, c51);
            StoreRow<TVectors>(tile, 6, rows, c60, c61);
            StoreRow<TVectors>(tile, 7, rows, c70, c71);
        }

        if (TRows.Value > 8)
        {
            StoreRow<TVectors>(tile, 8, rows, c80, c81);
            StoreRow<TVectors>(tile, 9, rows, c90, c91);
            StoreRow<TVectors>(tile, 10, rows, ca0, ca1);
            StoreRow<TVectors>(tile, 11, rows, cb0, cb1);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreRow<TVectors>(Tile* tile, int row, int rows, Vector512<float> x0, Vector512<float> x1)
        where TVectors : struct, ITileSize
    {
        if (row >= rows)
            return;
        var c = tile->C + row * tile->Ldc;
        Finish(tile, row, 0, c, x0);
        if (TVectors.Value == 2)
            Finish(tile, row, 16, c + 16, x1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Finish(Tile* tile, int row, int column, float* c, Vector512<float> x)
    {
        if (tile->Accumulate)
            x += Vector512.Load(c);
        if (tile->Epilogue.RowBias != null)
            x += Vector512.Create(tile->Epilogue.RowBias[row]);
        if (tile->Epilogue.ColumnBias != null)
            x += Vector512.Load(tile->Epilogue.ColumnBias + column);
        if (tile->Epilogue.Activation == Activation.Relu)
            x = Vector512.ConditionalSelect(Vector512.LessThan(x, Vector512<float>.Zero), Vector512<float>.Zero, x);
        x.Store(c);
    }
}
