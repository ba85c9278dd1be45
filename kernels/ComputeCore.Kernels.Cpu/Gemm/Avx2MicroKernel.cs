using Loop = ComputeCore.Kernels.Cpu.Gemm.RegisterTile<ComputeCore.Kernels.Cpu.Gemm.Width256, System.Runtime.Intrinsics.Vector256<float>>;

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
    public static void Run<TRight>(int rows, int columns, int depth, float* a, nint aRow, nint aStep, TRight b, Tile* tile)
        where TRight : struct, IRightOperand
    {
        if (columns == NR)
        {
            if (rows <= 2)
                Loop.Run<Two, Two, TRight>(rows, depth, a, aRow, aStep, b, tile);
            else if (rows <= 4)
                Loop.Run<Four, Two, TRight>(rows, depth, a, aRow, aStep, b, tile);
            else
                Loop.Run<Six, Two, TRight>(rows, depth, a, aRow, aStep, b, tile);
        }
        else
        {
            if (rows <= 2)
                Loop.Run<Two, One, TRight>(rows, depth, a, aRow, aStep, b, tile);
            else if (rows <= 4)
                Loop.Run<Four, One, TRight>(rows, depth, a, aRow, aStep, b, tile);
            else
                Loop.Run<Six, One, TRight>(rows, depth, a, aRow, aStep, b, tile);
        }
    }
}
