namespace ComputeCore.Kernels.Convolution;

/// <summary>How images lie in frames of zeros: pixel (row, column) at (Top + row · StepY, Left + column · StepX).</summary>
internal struct Frame
{
    public int Height;
    public int Width;
    public int FrameHeight;
    public int FrameWidth;
    public float FrameHeightInverse;
    public float FrameWidthInverse;
    public int Top;
    public int Left;
    public int StepY;
    public int StepX;

    /// <summary>Around x, as far as the taps reach.</summary>
    public static Frame OfInput(ConvolutionShape shape) => Of(
        shape.H,
        shape.W,
        (shape.P - 1) * shape.StrideY + (shape.R - 1) * shape.DilationY + 1,
        (shape.Q - 1) * shape.StrideX + (shape.S - 1) * shape.DilationX + 1) with
    {
        Top = shape.PaddingY,
        Left = shape.PaddingX,
        StepY = 1,
        StepX = 1,
    };

    /// <summary>Around dy, with zeros between its pixels where the convolution has a stride.</summary>
    public static Frame OfGradient(ConvolutionShape shape) => Of(
        shape.P, shape.Q, shape.H + (shape.R - 1) * shape.DilationY, shape.W + (shape.S - 1) * shape.DilationX) with
    {
        Top = (shape.R - 1) * shape.DilationY - shape.PaddingY,
        Left = (shape.S - 1) * shape.DilationX - shape.PaddingX,
        StepY = shape.StrideY,
        StepX = shape.StrideX,
    };

    /// <summary>The arguments of a product whose images lie in this frame.</summary>
    /// <param name="arguments">Those of the same product over images without one.</param>
    /// <param name="channels">Channels of an image, all groups'.</param>
    /// <param name="groups">Groups of channels.</param>
    public readonly ConvolutionArguments Apply(ConvolutionArguments arguments, int channels, int groups) => arguments with
    {
        ImageBatch = channels * FrameHeight * FrameWidth,
        ImageChannel = FrameHeight * FrameWidth,
        ImageGroup = channels / groups * FrameHeight * FrameWidth,
        ImageHeight = FrameHeight,
        ImageWidth = FrameWidth,
    };

    private static Frame Of(int height, int width, int frameHeight, int frameWidth) => new()
    {
        Height = height,
        Width = width,
        FrameHeight = frameHeight,
        FrameWidth = frameWidth,
        FrameHeightInverse = 1f / frameHeight,
        FrameWidthInverse = 1f / frameWidth,
    };
}
