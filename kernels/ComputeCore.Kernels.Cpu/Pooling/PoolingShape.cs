namespace ComputeCore.Kernels.Cpu.Pooling;

/// <summary>
/// The sizes of a 2-D pooling over planes [planes, H, W] -> [planes, outputH, outputW], planes being N * C. The caller
/// computes the output size, so ceil mode needs no flag here; windows may hang over the bottom and right edges.
/// </summary>
internal readonly struct PoolingShape
{
    public required int Planes { get; init; }

    public required int Height { get; init; }

    public required int Width { get; init; }

    public required int OutputHeight { get; init; }

    public required int OutputWidth { get; init; }

    public required int KernelHeight { get; init; }

    public required int KernelWidth { get; init; }

    public required int StrideY { get; init; }

    public required int StrideX { get; init; }

    public int PaddingTop { get; init; }

    public int PaddingLeft { get; init; }

    /// <summary>The distance of the window's rows; max pooling only.</summary>
    public int DilationY { get; init; } = 1;

    /// <summary>The distance of the window's columns; max pooling only.</summary>
    public int DilationX { get; init; } = 1;

    public PoolingShape()
    {
    }

    /// <summary>The output columns [first, end) whose window column <paramref name="tap"/> lies inside the plane.</summary>
    public (int First, int End) ColumnsInside(int tap)
    {
        var shift = PaddingLeft - tap * DilationX;
        var first = shift <= 0 ? 0 : (shift + StrideX - 1) / StrideX;
        var last = Width - 1 + shift;
        return (first, last < 0 ? first : Math.Max(first, Math.Min(OutputWidth, last / StrideX + 1)));
    }
}
