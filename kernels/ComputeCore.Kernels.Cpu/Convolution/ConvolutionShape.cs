namespace ComputeCore.Kernels.Cpu.Convolution;

/// <summary>
/// The sizes of a 2-D convolution in cuDNN's letters: x [N, C, H, W], weights [K, C / groups, R, S], y [N, K, P, Q].
/// The caller computes P and Q; what lies outside x, at any edge, is zero.
/// </summary>
internal readonly struct ConvolutionShape
{
    public required int N { get; init; }

    public required int C { get; init; }

    public required int H { get; init; }

    public required int W { get; init; }

    /// <summary>Output channels.</summary>
    public required int K { get; init; }

    /// <summary>The kernel's height.</summary>
    public required int R { get; init; }

    /// <summary>The kernel's width.</summary>
    public required int S { get; init; }

    /// <summary>The output's height.</summary>
    public required int P { get; init; }

    /// <summary>The output's width.</summary>
    public required int Q { get; init; }

    public int StrideY { get; init; } = 1;

    public int StrideX { get; init; } = 1;

    public int PaddingTop { get; init; }

    public int PaddingLeft { get; init; }

    public int DilationY { get; init; } = 1;

    public int DilationX { get; init; } = 1;

    public int Groups { get; init; } = 1;

    public ConvolutionShape()
    {
    }

    /// <summary>Input channels that an output channel sees.</summary>
    public int GroupInputs => C / Groups;

    public int GroupOutputs => K / Groups;

    /// <summary>Elements of an input plane.</summary>
    public int InputPlane => H * W;

    /// <summary>Elements of an output plane.</summary>
    public int OutputPlane => P * Q;

    public int Taps => R * S;

    /// <summary>Whether every output channel sees one input channel: a convolution plane by plane.</summary>
    public bool IsDepthwise => GroupInputs == 1;
}
