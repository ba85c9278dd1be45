using Loop = ComputeCore.Kernels.Cpu.Gemm.RegisterTile<ComputeCore.Kernels.Cpu.Gemm.Width512, System.Runtime.Intrinsics.Vector512<float>>;

namespace ComputeCore.Kernels.Cpu.Gemm;

/// <summary>
/// The 12 x 32 tile for AVX-512: 24 of the 32 registers accumulate, two hold a row of B, the rest take A's broadcasts. 24
/// independent chains keep two fused multiply-add ports with a latency of four cycles busy; 14 loads per 24 of them leave
/// the two load ports room. A tile of 4 or 8 rows, or of one vector of columns, is computed as such, so M = 64 wastes nothing.
/// </summary>
internal unsafe struct Avx512MicroKernel : IMicroKernel
{
    /// <inheritdoc/>
    public static int MR => 12;

    /// <inheritdoc/>
    public static int NR => 32;

    /// <inheritdoc/>
    public static int RowGroup => 4;

    /// <inheritdoc/>
    public static void Run<TRight>(int rows, int columns, int depth, float* a, nint aRow, nint aStep, TRight b, Tile* tile)
        where TRight : struct, IRightOperand
    {
        if (columns == NR)
        {
            if (rows <= 4)
                Loop.Run<Four, Two, TRight>(rows, depth, a, aRow, aStep, b, tile);
            else if (rows <= 8)
                Loop.Run<Eight, Two, TRight>(rows, depth, a, aRow, aStep, b, tile);
            else
                Loop.Run<Twelve, Two, TRight>(rows, depth, a, aRow, aStep, b, tile);
        }
        else
        {
            if (rows <= 4)
                Loop.Run<Four, One, TRight>(rows, depth, a, aRow, aStep, b, tile);
            else if (rows <= 8)
                Loop.Run<Eight, One, TRight>(rows, depth, a, aRow, aStep, b, tile);
            else
                Loop.Run<Twelve, One, TRight>(rows, depth, a, aRow, aStep, b, tile);
        }
    }
}
