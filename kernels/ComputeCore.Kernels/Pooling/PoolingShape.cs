namespace ComputeCore.Kernels.Pooling;

/// <summary>
/// The sizes of a pooling over planes [planes, height, width] to [planes, outputHeight, outputWidth]. Windows may hang over every
/// edge, but each sees at least one element.
/// </summary>
internal struct PoolingShape
{
    public int Planes;
    public int Height;
    public int Width;
    public int OutputHeight;
    public int OutputWidth;
    public int KernelHeight;
    public int KernelWidth;
    public int StrideY;
    public int StrideX;
    public int PaddingY;
    public int PaddingX;
    public int DilationY;
    public int DilationX;

    /// <summary>1 where an average counts the padding as zeros; otherwise it is over the elements that there are.</summary>
    public int CountPadding;
}
