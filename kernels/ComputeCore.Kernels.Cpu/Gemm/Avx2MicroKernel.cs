using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ComputeCore.Kernels.Cpu.Gemm;

/// <summary>
/// The 6 x 16 tile for AVX2 with FMA: 12 of the 16 registers accumulate, two hold a row of B, one takes A's broadcasts.
/// </summary>
internal unsafe struct Avx2MicroKernel : IMicroKernel
{
    /// <inheritdoc/>
    public static int MR => 6;

    /// <inheritdoc/>
    public static int NR => 16;

    /// <inheritdoc/>
    public static int RowGroup => 2;

    /// <inheritdoc/>
    public static void Run(
        int rows, int columns, int depth, float* a, nint aRow, nint aStep, float* b, nint bStep, Tile* tile)
    {
        if (columns == NR)
        {
            if (rows <= 2)
                Run<Two, Two>(rows, depth, a, aRow, aStep, b, bStep, tile);
            else if (rows <= 4)
                Run<Four, Two>(rows, depth, a, aRow, aStep, b, bStep, tile);
            else
                Run<Six, Two>(rows, depth, a, aRow, aStep, b, bStep, tile);
        }
        else
        {
            if (rows <= 2)
                Run<Two, One>(rows, depth, a, aRow, aStep, b, bStep, tile);
            else if (rows <= 4)
                Run<Four, One>(rows, depth, a, aRow, aStep, b, bStep, tile);
            else
                Run<Six, One>(rows, depth, a, aRow, aStep, b, bStep, tile);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Run<TRows, TVectors>(
        int rows, int depth, float* a, nint aRow, nint aStep, float* b, nint bStep, Tile* tile)
        where TRows : struct, ITileSize
        where TVectors : struct, ITileSize
    {
        Vector256<float> c00 = Vector256<float>.Zero, c01 = Vector256<float>.Zero;
        Vector256<float> c10 = Vector256<float>.Zero, c11 = Vector256<float>.Zero;
        Vector256<float> c20 = Vector256<float>.Zero, c21 = Vector256<float>.Zero;
        Vector256<float> c30 = Vector256<float>.Zero, c31 = Vector256<float>.Zero;
        Vector256<float> c40 = Vector256<float>.Zero, c41 = Vector256<float>.Zero;
        Vector256<float> c50 = Vector256<float>.Zero, c51 = Vector256<float>.Zero;

        var a4 = a + 4 * aRow;
        var aRow2 = 2 * aRow;
        var aRow3 = 3 * aRow;
        for (var k = 0; k < depth; k++)
        {
            var b0 = Vector256.Load(b);
            var b1 = TVectors.Value == 2 ? Vector256.Load(b + 8) : Vector256<float>.Zero;
            var x = Vector256.Create(a[0]);
            c00 = Fma.MultiplyAdd(x, b0, c00);
            c01 = TVectors.Value == 2 ? Fma.MultiplyAdd(x, b1, c01) : c01;
            x = Vector256.Create(a[aRow]);
            c10 = Fma.MultiplyAdd(x, b0, c10);
            c11 = TVectors.Value == 2 ? Fma.MultiplyAdd(x, b1, c11) : c11;

            if (TRows.Value > 2)
            {
                x = Vector256.Create(a[aRow2]);
                c20 = Fma.MultiplyAdd(x, b0, c20);
                c21 = TVectors.Value == 2 ? Fma.MultiplyAdd(x, b1, c21) : c21;
                x = Vector256.Create(a[aRow3]);
                c30 = Fma.MultiplyAdd(x, b0, c30);
                c31 = TVectors.Value == 2 ? Fma.MultiplyAdd(x, b1, c31) : c31;
            }

            if (TRows.Value > 4)
            {
                x = Vector256.Create(a4[0]);
                c40 = Fma.MultiplyAdd(x, b0, c40);
                c41 = TVectors.Value == 2 ? Fma.MultiplyAdd(x, b1, c41) : c41;
                x = Vector256.Create(a4[aRow]);
                c50 = Fma.MultiplyAdd(x, b0, c50);
                c51 = TVectors.Value == 2 ? Fma.MultiplyAdd(x, b1, c51) : c51;
            }

            a += aStep;
            a4 += aStep;
            b += bStep;
        }

        StoreRow<TVectors>(tile, 0, rows, c00, c01);
        StoreRow<TVectors>(tile, 1, rows, c10, c11);

        if (TRows.Value > 2)
        {
            StoreRow<TVectors>(tile, 2, rows, c20, c21);
            StoreRow<TVectors>(tile, 3, rows, c30, c31);
        }

        if (TRows.Value > 4)
        {
            StoreRow<TVectors>(tile, 4, rows, c40, c41);
            StoreRow<TVectors>(tile, 5, rows, c50, c51);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreRow<TVectors>(Tile* tile, int row, int rows, Vector256<float> x0, Vector256<float> x1)
        where TVectors : struct, ITileSize
    {
        if (row >= rows)
            return;
        var c = tile->C + row * tile->Ldc;
        Finish(tile, row, 0, c, x0);
        if (TVectors.Value == 2)
            Finish(tile, row, 8, c + 8, x1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Finish(Tile* tile, int row, int column, float* c, Vector256<float> x)
    {
        if (tile->Accumulate)
            x += Vector256.Load(c);
        if (tile->Epilogue.RowBias != null)
            x += Vector256.Create(tile->Epilogue.RowBias[row]);
        if (tile->Epilogue.ColumnBias != null)
            x += Vector256.Load(tile->Epilogue.ColumnBias + column);
        if (tile->Epilogue.Activation == Activation.Relu)
            x = Vector256.ConditionalSelect(Vector256.LessThan(x, Vector256<float>.Zero), Vector256<float>.Zero, x);
        x.Store(c);
    }
}
