namespace ComputeCore.Kernels.Pooling;

/// <summary>A window that moves in equal steps.</summary>
/// <param name="extent">Elements along the direction.</param>
/// <param name="results">Results along the direction.</param>
/// <param name="kernel">The window's elements.</param>
/// <param name="stride">Steps between neighbouring windows.</param>
/// <param name="padding">How far the first window begins before the first element.</param>
/// <param name="dilation">Steps between the window's elements.</param>
/// <param name="countPadding">1 if averages count padding as zeros, 0 if not at all.</param>
internal readonly struct SlidingLine(int extent, int results, int kernel, int stride, int padding, int dilation, int countPadding) : IPoolingLine
{
    private readonly int extent = extent;
    private readonly int results = results;
    private readonly int kernel = kernel;
    private readonly int stride = stride;
    private readonly int padding = padding;
    private readonly int dilation = dilation;
    private readonly int countPadding = countPadding;

    public int Extent => extent;

    public int Results => results;

    public int Step => dilation;

    public int First(int result)
    {
        var start = Start(result);
        return start >= 0 ? start : start + (dilation - 1 - start) / dilation * dilation;
    }

    public int End(int result) => Least(Start(result) + (kernel - 1) * dilation + 1, extent);

    // What hangs over in ceil mode is counted by neither rule.
    public int Averaged(int result)
    {
        var start = Start(result);
        return countPadding != 0
            ? Least(start + kernel, extent + padding) - start
            : Least(start + kernel, extent) - (start > 0 ? start : 0);
    }

    public int FirstResult(int element)
    {
        var reach = element + padding - (kernel - 1) * dilation;
        return reach > 0 ? (reach + stride - 1) / stride : 0;
    }

    public int EndResult(int element) => Least((element + padding) / stride + 1, results);

    public bool Sees(int result, int element) => (element - Start(result)) % dilation == 0;

    private static int Least(int a, int b) => a < b ? a : b;

    private int Start(int result) => result * stride - padding;
}
