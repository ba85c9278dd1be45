namespace ComputeCore.Kernels.Softmax;

/// <summary>
/// How kernels on lines [outer, extent, inner] along the middle axis are launched: a group works on some neighbouring lines at
/// once, each shared by some lanes. Neighbours in memory are lines where inner exceeds 1, else a line's elements.
/// </summary>
internal readonly record struct LineLaunch
{
    /// <summary>Work-items of a group.</summary>
    public const int GroupSize = 256;

    private const int WidthOfColumns = 32;
    private const int ElementsOfLane = 4;
    private const int LargestGrid = 65535;

    /// <summary>Chooses the rectangle.</summary>
    public LineLaunch(int outer, int extent, int inner)
    {
        Lines = checked(outer * inner);
        Width = 1;
        var lanes = Math.Max(1, extent / ElementsOfLane);
        while (Width < Math.Min(WidthOfColumns, inner) || (Width < GroupSize && lanes * 2 * Width <= GroupSize))
            Width *= 2;
        Grid = Math.Min(LargestGrid, Extent.Cover(Lines, Width));
    }

    /// <summary>How many lines there are.</summary>
    public int Lines { get; }

    /// <summary>Lines that a group works on at once: a power of two.</summary>
    public int Width { get; }

    /// <summary>Groups.</summary>
    public Extent Grid { get; }
}
