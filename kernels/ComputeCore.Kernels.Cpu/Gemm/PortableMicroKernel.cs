using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ComputeCore.Kernels.Cpu.Gemm;

/// <summary>
/// The 8 x 8 tile in 128-bit vectors for every other machine: 16 of NEON's 32 registers accumulate.
/// </summary>
internal unsafe struct PortableMicroKernel : IMicroKernel
{
    /// <inheritdoc/>
    public static int MR => 8;

    /// <inheritdoc/>
    public static int NR => 8;

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
            else
                Run<Eight, Two>(rows, depth, a, aRow, aStep, b, bStep, tile);
        }
        else
        {
            if (rows <= 4)
                Run<Four, One>(rows, depth, a, aRow, aStep, b, bStep, tile);
            else
                Run<Eight, One>(rows, depth, a, aRow, aStep, b, bStep, tile);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Run<TRows, TVectors>(
        int rows, int depth, float* a, nint aRow, nint aStep, float* b, nint bStep, Tile* tile)
        where TRows : struct, ITileSize
        where TVectors : struct, ITileSize
    {
        Vector128<float> c00 = Vector128<float>.Zero, c01 = Vector128<float>.Zero;
        Vector128<float> c10 = Vector128<float>.Zero, c11 = Vector128<float>.Zero;
        Vector128<float> c20 = Vector128<float>.Zero, c21 = Vector128<float>.Zero;
        Vector128<float> c30 = Vector128<float>.Zero, c31 = Vector128<float>.Zero;
        Vector128<float> c40 = Vector128<float>.Zero, c41 = Vector128<float>.Zero;
        Vector128<float> c50 = Vector128<float>.Zero, c51 = Vector128<float>.Zero;
        Vector128<float> c60 = Vector128<float>.Zero, c61 = Vector128<float>.Zero;
        Vector128<float> c70 = Vector128<float>.Zero, c71 = Vector128<float>.Zero;

        var a4 = a + 4 * aRow;
        var aRow2 = 2 * aRow;
        var aRow3 = 3 * aRow;
        for (var k = 0; k < depth; k++)
        {
            var b0 = Vector128.Load(b);
            var b1 = TVectors.Value == 2 ? Vector128.Load(b + 4) : Vector128<float>.Zero;
            var x = Vector128.Create(a[0]);
            c00 = Vector128.FusedMultiplyAdd(x, b0, c00);
            c01 = TVectors.Value == 2 ? Vector128.FusedMultiplyAdd(x, b1, c01) : c01;
            x = Vector128.Create(a[aRow]);
            c10 = Vector128.FusedMultiplyAdd(x, b0, c10);
            c11 = TVectors.Value == 2 ? Vector128.FusedMultiplyAdd(x, b1, c11) : c11;
            x = Vector128.Create(a[aRow2]);
            c20 = Vector128.FusedMultiplyAdd(x, b0, c20);
            c21 = TVectors.Value == 2 ? Vector128.FusedMultiplyAdd(x, b1, c21) : c21;
            x = Vector128.Create(a[aRow3]);
            c30 = Vector128.FusedMultiplyAdd(x, b0, c30);
            c31 = TVectors.Value == 2 ? Vector128.FusedMultiplyAdd(x, b1, c31) : c31;

            if (TRows.Value > 4)
            {
                x = Vector128.Create(a4[0]);
                c40 = Vector128.FusedMultiplyAdd(x, b0, c40);
                c41 = TVectors.Value == 2 ? Vector128.FusedMultiplyAdd(x, b1, c41) : c41;
                x = Vector128.Create(a4[aRow]);
                c50 = Vector128.FusedMultiplyAdd(x, b0, c50);
                c51 = TVectors.Value == 2 ? Vector128.FusedMultiplyAdd(x, b1, c51) : c51;
                x = Vector128.Create(a4[aRow2]);
                c60 = Vector128.FusedMultiplyAdd(x, b0, c60);
                c61 = TVectors.Value == 2 ? Vector128.FusedMultiplyAdd(x, b1, c61) : c61;
                x = Vector128.Create(a4[aRow3]);
                c70 = Vector128.FusedMultiplyAdd(x, b0, c70);
                c71 = TVectors.Value == 2 ? Vector128.FusedMultiplyAdd(x, b1, c71) : c71;
            }

            a += aStep;
            a4 += aStep;
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
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreRow<TVectors>(Tile* tile, int row, int rows, Vector128<float> x0, Vector128<float> x1)
        where TVectors : struct, ITileSize
    {
        if (row >= rows)
            return;
        var c = tile->C + row * tile->Ldc;
        Finish(tile, row, 0, c, x0);
        if (TVectors.Value == 2)
            Finish(tile, row, 4, c + 4, x1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Finish(Tile* tile, int row, int column, float* c, Vector128<float> x)
    {
        if (tile->Accumulate)
            x += Vector128.Load(c);
        if (tile->Epilogue.RowBias != null)
            x += Vector128.Create(tile->Epilogue.RowBias[row]);
        if (tile->Epilogue.ColumnBias != null)
            x += Vector128.Load(tile->Epilogue.ColumnBias + column);
        if (tile->Epilogue.Activation == Activation.Relu)
            x = Vector128.ConditionalSelect(Vector128.LessThan(x, Vector128<float>.Zero), Vector128<float>.Zero, x);
        x.Store(c);
    }
}
