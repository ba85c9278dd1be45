namespace ComputeCore.Kernels.Convolution;

/// <summary>
/// The sizes of a 2-D convolution in cuDNN's letters: x [N, C, H, W], weights [K, C / groups, R, S], y [N, K, P, Q]. What lies
/// outside x, at any edge, is zero.
/// </summary>
internal struct ConvolutionShape
{
    public int N;
    public int C;
    public int H;
    public int W;

    /// <summary>Output channels.</summary>
    public int K;

    /// <summary>The kernel's height.</summary>
    public int R;

    /// <summary>The kernel's width.</summary>
    public int S;

    /// <summary>The output's height.</summary>
    public int P;

    /// <summary>The output's width.</summary>
    public int Q;

    public int StrideY;
    public int StrideX;
    public int PaddingY;
    public int PaddingX;
    public int DilationY;
    public int DilationX;
    public int Groups;

    /// <summary>1 where a number per output channel is added.</summary>
    public int HasBias;

    /// <summary>1 where what is below zero becomes zero, 2 where what is above six becomes six, too.</summary>
    public int Activation;
}
