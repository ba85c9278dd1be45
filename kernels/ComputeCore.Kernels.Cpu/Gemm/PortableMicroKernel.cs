using Loop = ComputeCore.Kernels.Cpu.Gemm.RegisterTile<ComputeCore.Kernels.Cpu.Gemm.Width128, System.Runtime.Intrinsics.Vector128<float>>;

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
    public static void Run<TRight>(int rows, int columns, int depth, float* a, nint aRow, nint aStep, TRight b, Tile* tile)
        where TRight : struct, IRightOperand
    {
        if (columns == NR)
        {
            if (rows <= 4)
                Loop.Run<Four, Two, TRight>(rows, depth, a, aRow, aStep, b, tile);
            else
                Loop.Run<Eight, Two, TRight>(rows, depth, a, aRow, aStep, b, tile);
        }
        else
        {
            if (rows <= 4)
                Loop.Run<Four, One, TRight>(rows, depth, a, aRow, aStep, b, tile);
            else
                Loop.Run<Eight, One, TRight>(rows, depth, a, aRow, aStep, b, tile);
        }
    }
}
