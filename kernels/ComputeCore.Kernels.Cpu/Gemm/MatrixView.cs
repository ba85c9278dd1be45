namespace ComputeCore.Kernels.Cpu.Gemm;

/// <summary>A row-major matrix as a product's output.</summary>
/// <param name="data">Element (0, 0).</param>
/// <param name="rowStride">Elements between rows.</param>
internal readonly unsafe struct MatrixView(float* data, nint rowStride) : IOutputMatrix
{
    /// <inheritdoc/>
    public nint RowStride { get; } = rowStride;

    /// <inheritdoc/>
    public float* Locate(int row, int column, out int run)
    {
        run = int.MaxValue;
        return data + row * RowStride + column;
    }
}
