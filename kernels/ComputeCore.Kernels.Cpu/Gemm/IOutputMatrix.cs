namespace ComputeCore.Kernels.Cpu.Gemm;

/// <summary>
/// Where C[M, N] lies in memory. Its rows are <see cref="RowStride"/> elements apart; along a row, columns come in runs of adjacent
/// elements. A plain matrix is one run; a convolution's output [images, channels, pixels], whose columns are the pixels of
/// all images, has one run per image.
/// </summary>
internal unsafe interface IOutputMatrix
{
    /// <summary>Elements between C(i, j) and C(i + 1, j).</summary>
    nint RowStride { get; }

    /// <summary>The address of C(row, column), and in <paramref name="run"/> how many columns from there on are adjacent (at least 1).</summary>
    float* Locate(int row, int column, out int run);
}
