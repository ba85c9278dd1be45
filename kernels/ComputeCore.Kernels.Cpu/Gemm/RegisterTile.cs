using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace ComputeCore.Kernels.Cpu.Gemm;

/// <summary>
/// The loop of every micro-kernel: up to 12 rows of one or two vectors of C accumulate in registers while k goes on, one rank-1
/// update a step. The number of rows and vectors is known to the JIT, so what a smaller tile has not leaves no code behind.
/// </summary>
internal static unsafe class RegisterTile<TWidth, TVector>
    where TWidth : struct, IVectorWidth<TVector>
    where TVector : struct
{
    // Towards a panel's end this reaches the next one, which may still lie in L3.
    private const int FetchAAhead = 12 * 32;

    // C is fetched one row per k, early enough for main memory to answer. At the start of a long loop it would be too early: A
    // and B would push it out again, all the sooner where C's stride is a power of two and its rows share a cache set.
    private const int FetchCBeforeEnd = 128;

    /// <summary>tile = a · b, or tile += a · b, and then the epilogue; see <see cref="IMicroKernel.Run"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run<TRows, TVectors, TRight>(int rows, int depth, float* a, nint aRow, nint aStep, TRight b, Tile* tile)
        where TRows : struct, ITileSize
        where TVectors : struct, ITileSize
        where TRight : struct, IRightOperand
    {
        TVector c00 = default, c01 = default;
        TVector c10 = default, c11 = default;
        TVector c20 = default, c21 = default;
        TVector c30 = default, c31 = default;
        TVector c40 = default, c41 = default;
        TVector c50 = default, c51 = default;
        TVector c60 = default, c61 = default;
        TVector c70 = default, c71 = default;
        TVector c80 = default, c81 = default;
        TVector c90 = default, c91 = default;
        TVector ca0 = default, ca1 = default;
        TVector cb0 = default, cb1 = default;

        var a4 = a + 4 * aRow;
        var a8 = a + 8 * aRow;
        var aRow2 = 2 * aRow;
        var aRow3 = 3 * aRow;
        // Counted so that k = 0 is where C's first row is fetched.
        var begin = Math.Min(0, FetchCBeforeEnd - depth);
        var end = depth + begin;
        for (var k = begin; k < end; k++)
        {
            if (Sse.IsSupported)
            {
                Sse.Prefetch0(a + FetchAAhead);
                if ((uint)k < (uint)TRows.Value)
                {
                    var row = tile->C + k * tile->Ldc;
                    Sse.Prefetch0(row);
                    if (TVectors.Value == 2)
                        Sse.Prefetch0(row + TWidth.Count + tile->Gap);
                }
            }

            var b0 = TWidth.Load(b.First);
            var b1 = TVectors.Value == 2 ? TWidth.Load(b.Second(TWidth.Count)) : default;
            var x = TWidth.Broadcast(a[0]);
            c00 = TWidth.MultiplyAdd(x, b0, c00);
            c01 = TVectors.Value == 2 ? TWidth.MultiplyAdd(x, b1, c01) : c01;
            x = TWidth.Broadcast(a[aRow]);
            c10 = TWidth.MultiplyAdd(x, b0, c10);
            c11 = TVectors.Value == 2 ? TWidth.MultiplyAdd(x, b1, c11) : c11;

            if (TRows.Value > 2)
            {
                x = TWidth.Broadcast(a[aRow2]);
                c20 = TWidth.MultiplyAdd(x, b0, c20);
                c21 = TVectors.Value == 2 ? TWidth.MultiplyAdd(x, b1, c21) : c21;
                x = TWidth.Broadcast(a[aRow3]);
                c30 = TWidth.MultiplyAdd(x, b0, c30);
                c31 = TVectors.Value == 2 ? TWidth.MultiplyAdd(x, b1, c31) : c31;
            }

            if (TRows.Value > 4)
            {
                x = TWidth.Broadcast(a4[0]);
                c40 = TWidth.MultiplyAdd(x, b0, c40);
                c41 = TVectors.Value == 2 ? TWidth.MultiplyAdd(x, b1, c41) : c41;
                x = TWidth.Broadcast(a4[aRow]);
                c50 = TWidth.MultiplyAdd(x, b0, c50);
                c51 = TVectors.Value == 2 ? TWidth.MultiplyAdd(x, b1, c51) : c51;
            }

            if (TRows.Value > 6)
            {
                x = TWidth.Broadcast(a4[aRow2]);
                c60 = TWidth.MultiplyAdd(x, b0, c60);
                c61 = TVectors.Value == 2 ? TWidth.MultiplyAdd(x, b1, c61) : c61;
                x = TWidth.Broadcast(a4[aRow3]);
                c70 = TWidth.MultiplyAdd(x, b0, c70);
                c71 = TVectors.Value == 2 ? TWidth.MultiplyAdd(x, b1, c71) : c71;
            }

            if (TRows.Value > 8)
            {
                x = TWidth.Broadcast(a8[0]);
                c80 = TWidth.MultiplyAdd(x, b0, c80);
                c81 = TVectors.Value == 2 ? TWidth.MultiplyAdd(x, b1, c81) : c81;
                x = TWidth.Broadcast(a8[aRow]);
                c90 = TWidth.MultiplyAdd(x, b0, c90);
                c91 = TVectors.Value == 2 ? TWidth.MultiplyAdd(x, b1, c91) : c91;
                x = TWidth.Broadcast(a8[aRow2]);
                ca0 = TWidth.MultiplyAdd(x, b0, ca0);
                ca1 = TVectors.Value == 2 ? TWidth.MultiplyAdd(x, b1, ca1) : ca1;
                x = TWidth.Broadcast(a8[aRow3]);
                cb0 = TWidth.MultiplyAdd(x, b0, cb0);
                cb1 = TVectors.Value == 2 ? TWidth.MultiplyAdd(x, b1, cb1) : cb1;
            }

            a += aStep;
            a4 += aStep;
            a8 += aStep;
            b.Advance<TWidth, TVector>(b0, b1);
        }

        // Known once, so that a tile of few products doesn't take a sixth of its time to ask again for each row.
        var isPlain = tile->IsPlain;
        StoreRow<TVectors>(tile, isPlain, 0, rows, c00, c01);
        StoreRow<TVectors>(tile, isPlain, 1, rows, c10, c11);

        if (TRows.Value > 2)
        {
            StoreRow<TVectors>(tile, isPlain, 2, rows, c20, c21);
            StoreRow<TVectors>(tile, isPlain, 3, rows, c30, c31);
        }

        if (TRows.Value > 4)
        {
            StoreRow<TVectors>(tile, isPlain, 4, rows, c40, c41);
            StoreRow<TVectors>(tile, isPlain, 5, rows, c50, c51);
        }

        if (TRows.Value > 6)
        {
            StoreRow<TVectors>(tile, isPlain, 6, rows, c60, c61);
            StoreRow<TVectors>(tile, isPlain, 7, rows, c70, c71);
        }

        if (TRows.Value > 8)
        {
            StoreRow<TVectors>(tile, isPlain, 8, rows, c80, c81);
            StoreRow<TVectors>(tile, isPlain, 9, rows, c90, c91);
            StoreRow<TVectors>(tile, isPlain, 10, rows, ca0, ca1);
            StoreRow<TVectors>(tile, isPlain, 11, rows, cb0, cb1);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreRow<TVectors>(Tile* tile, bool isPlain, int row, int rows, TVector x0, TVector x1)
        where TVectors : struct, ITileSize
    {
        if (row >= rows)
            return;
        var c = tile->C + row * tile->Ldc;
        if (isPlain)
            tile->Store<TWidth, TVector, TVectors>(x0, x1, c);
        else
            tile->Finish<TWidth, TVector, TVectors>(x0, x1, row, c);
    }
}
