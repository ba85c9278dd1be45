namespace ComputeCore.Nn;

/// <summary>The largest value under a window moved over images [N, C, H, W].</summary>
/// <param name="kernel">The window's size.</param>
public sealed class MaxPool2d(Pair kernel) : Layer
{
    /// <summary>Steps between neighbouring windows; the window's size by default.</summary>
    public Pair? Stride { get; init; }

    /// <summary>Cells, never the largest, added on each side; at most half the window.</summary>
    public Pair Padding { get; init; } = 0;

    /// <summary>Whether windows that reach over the edge count.</summary>
    public bool CeilMode { get; init; }

    /// <inheritdoc/>
    public override Tensor Forward(Tensor input) => input.MaxPool2d(kernel, Stride, Padding, ceilMode: CeilMode);
}

/// <summary>The mean under a window moved over images [N, C, H, W].</summary>
/// <param name="kernel">The window's size.</param>
public sealed class AveragePool2d(Pair kernel) : Layer
{
    /// <summary>Steps between neighbouring windows; the window's size by default.</summary>
    public Pair? Stride { get; init; }

    /// <summary>Zeros on each side; at most half the window.</summary>
    public Pair Padding { get; init; } = 0;

    /// <summary>Whether windows that reach over the edge count.</summary>
    public bool CeilMode { get; init; }

    /// <summary>Whether the padding's zeros count in the mean.</summary>
    public bool CountPadding { get; init; } = true;

    /// <inheritdoc/>
    public override Tensor Forward(Tensor input) => input.AveragePool2d(kernel, Stride, Padding, CeilMode, CountPadding);
}

/// <summary>Averages images [N, C, H, W] of any size down to one size.</summary>
/// <param name="output">The size of the result's planes; 1 averages each plane to one number.</param>
public sealed class AdaptiveAveragePool2d(Pair output) : Layer
{
    /// <inheritdoc/>
    public override Tensor Forward(Tensor input) => input.AdaptiveAveragePool2d(output);
}
