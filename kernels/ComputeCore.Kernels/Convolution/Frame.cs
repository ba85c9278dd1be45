namespace ComputeCore.Kernels.Convolution;

/// <summary>How images lie in frames of zeros: pixel (row, column) at (Top + row · StepY, Left + column · StepX).</summary>
internal struct Frame
{
    public int Height;
    public int Width;
    public int FrameHeight;
    public int FrameWidth;
    public int Top;
    public int Left;
    public int StepY;
    public int StepX;
    public float StepYInverse;
    public float StepXInverse;

    /// <summary>Around x, as far as the taps of the output's pixels reach, whose rows are rounded up to whole sixteens.</summary>
    public static Frame OfInput(ConvolutionShape shape) => new()
    {
        Height = shape.H,
        Width = shape.W,
        FrameHeight = (shape.P - 1) * shape.StrideY + (shape.R - 1) * shape.DilationY + 1,
        FrameWidth = (Sixteens(shape.Q) - 1) * shape.StrideX + (shape.S - 1) * shape.DilationX + 1,
        Top = shape.PaddingY,
        Left = shape.PaddingX,
        StepY = 1,
        StepX = 1,
        StepYInverse = 1,
        StepXInverse = 1,
    };

    /// <summary>
    /// Around dy, with zeros between its pixels where the convolution has a stride, as far as the taps of the input's pixels reach, whose
    /// rows are rounded up to whole sixteens.
    /// </summary>
    public static Frame OfGradient(ConvolutionShape shape) => new()
    {
        Height = shape.P,
        Width = shape.Q,
        FrameHeight = shape.H + (shape.R - 1) * shape.DilationY,
        FrameWidth = Sixteens(shape.W) + (shape.S - 1) * shape.DilationX,
        Top = (shape.R - 1) * shape.DilationY - shape.PaddingY,
        Left = (shape.S - 1) * shape.DilationX - shape.PaddingX,
        StepY = shape.StrideY,
        StepX = shape.StrideX,
        StepYInverse = 1f / shape.StrideY,
        StepXInverse = 1f / shape.StrideX,
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

    private static int Sixteens(int columns) => (columns + 15) / 16 * 16;
}
