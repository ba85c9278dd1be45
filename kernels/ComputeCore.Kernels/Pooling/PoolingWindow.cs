namespace ComputeCore.Kernels.Pooling;

/// <summary>Which windows see an element, along one axis.</summary>
internal static class PoolingWindow
{
    /// <summary>The first window that reaches a position.</summary>
    /// <param name="position">The element, counted from the beginning of the padding.</param>
    /// <param name="reach">From a window's first element to its last.</param>
    /// <param name="stride">Steps between windows.</param>
    public static int First(int position, int reach, int stride) => position <= reach ? 0 : (position - reach + stride - 1) / stride;

    /// <summary>One past the last window that begins before a position.</summary>
    /// <param name="position">The element, counted from the beginning of the padding.</param>
    /// <param name="stride">Steps between windows.</param>
    /// <param name="windows">Windows along the axis.</param>
    public static int End(int position, int stride, int windows)
    {
        var end = position / stride + 1;
        return end < windows ? end : windows;
    }

    /// <summary>Where window i of n begins in adaptive pooling: ⌊i · extent / n⌋.</summary>
    public static int AdaptiveStart(int window, int extent, int windows) => window * extent / windows;

    /// <summary>Where it ends: ⌈(i + 1) · extent / n⌉.</summary>
    public static int AdaptiveEnd(int window, int extent, int windows) => ((window + 1) * extent + windows - 1) / windows;

    /// <summary>The first window of adaptive pooling that sees an element: the least i with ⌈(i + 1) · extent / n⌉ above it.</summary>
    public static int AdaptiveFirst(int position, int extent, int windows) => position * windows / extent;

    /// <summary>One past the last window of adaptive pooling that sees an element: the least i that begins after it.</summary>
    public static int AdaptiveLast(int position, int extent, int windows)
    {
        var end = ((position + 1) * windows + extent - 1) / extent;
        return end < windows ? end : windows;
    }
}
