namespace ComputeCore.Kernels.Convolution;

/// <summary>
/// The scalars of a convolution, or one of its gradients, as a product of matrices of which one consists of places in images:
/// <code>
///            rows        columns       depth         left      right                       result
/// forward    k           (n, p, q)     (c, r, s)     w         x, column ⊕ depth           y
/// data       c           (n, h, w)     (k, r, s)     w         dy, column ⊖ depth          dx
/// weights    k           (c, r, s)     (n, p, q)     dy        x, column ⊕ depth           dw
/// </code>
/// A pixel of the plane (the p, q or h, w above) and a tap of the kernel (r, s, in a channel) each have a base, a row and a
/// column; their sums are a place in the images. See <see cref="Place"/>.
/// </summary>
internal struct ConvolutionArguments
{
    public int Rows;
    public int Columns;
    public int Depth;

    /// <summary>Elements from image to image, channel to channel, and group of channels to group of channels.</summary>
    public int ImageBatch;
    public int ImageChannel;
    public int ImageGroup;
    public int ImageHeight;
    public int ImageWidth;

    /// <summary>The plane of pixels that are counted off, and 1 over its sizes.</summary>
    public int PlaneSize;
    public int PlaneWidth;
    public float PlaneSizeInverse;
    public float PlaneWidthInverse;

    /// <summary>Taps of the kernel in a channel, and 1 over its sizes.</summary>
    public int Taps;
    public int KernelWidth;
    public float TapsInverse;
    public float KernelWidthInverse;

    public int StrideY;
    public int StrideX;

    /// <summary>What is added to a pixel's row and column: minus the padding; plus it for the data's gradient.</summary>
    public int OriginY;
    public int OriginX;

    /// <summary>Rows and columns from tap to tap: the dilation; minus it for the data's gradient.</summary>
    public int TapY;
    public int TapX;

    /// <summary>1 where the left's quads are aligned and never straddle an edge.</summary>
    public int LeftVector;

    /// <summary>Elements from image to image in the left, for the weights' gradient, or in the result, for the others.</summary>
    public int Batch;

    /// <summary>1 where the result's quads are aligned and never straddle an edge.</summary>
    public int ResultVector;

    /// <summary>How many groups share the depth, what each takes, and elements from one part's sums to the next part's.</summary>
    public int Splits;
    public int SplitDepth;
    public int SplitStride;

    /// <summary>1 where a number per row is added.</summary>
    public int HasBias;

    /// <summary>1 where what is below zero becomes zero, 2 where what is above six becomes six, too.</summary>
    public int Activation;

    /// <summary>The arguments of y.</summary>
    public static ConvolutionArguments Forward(ConvolutionShape shape) => OverImages(shape) with
    {
        Rows = shape.K / shape.Groups,
        Columns = shape.N * shape.P * shape.Q,
        Depth = shape.C / shape.Groups * shape.R * shape.S,
        LeftVector = shape.C / shape.Groups * shape.R * shape.S % 4 == 0 ? 1 : 0,
        Batch = shape.K * shape.P * shape.Q,
        ResultVector = shape.P * shape.Q % 4 == 0 ? 1 : 0,
        SplitDepth = shape.C / shape.Groups * shape.R * shape.S,
        HasBias = shape.HasBias,
        Activation = shape.Activation,
    };

    /// <summary>The arguments of dx.</summary>
    public static ConvolutionArguments Data(ConvolutionShape shape) => OverImages(shape) with
    {
        Rows = shape.C / shape.Groups,
        Columns = shape.N * shape.H * shape.W,
        Depth = shape.K / shape.Groups * shape.R * shape.S,
        ImageBatch = shape.K * shape.P * shape.Q,
        ImageChannel = shape.P * shape.Q,
        ImageGroup = shape.K / shape.Groups * shape.P * shape.Q,
        ImageHeight = shape.P,
        ImageWidth = shape.Q,
        PlaneSize = shape.H * shape.W,
        PlaneWidth = shape.W,
        PlaneSizeInverse = 1f / (shape.H * shape.W),
        PlaneWidthInverse = 1f / shape.W,
        OriginY = shape.PaddingY,
        OriginX = shape.PaddingX,
        TapY = -shape.DilationY,
        TapX = -shape.DilationX,
        LeftVector = shape.R * shape.S % 4 == 0 ? 1 : 0,
        Batch = shape.C * shape.H * shape.W,
        ResultVector = shape.H * shape.W % 4 == 0 ? 1 : 0,
        SplitDepth = shape.K / shape.Groups * shape.R * shape.S,
    };

    /// <summary>The arguments of dw.</summary>
    public static ConvolutionArguments Weights(ConvolutionShape shape) => OverImages(shape) with
    {
        Rows = shape.K / shape.Groups,
        Columns = shape.C / shape.Groups * shape.R * shape.S,
        Depth = shape.N * shape.P * shape.Q,
        LeftVector = shape.P * shape.Q % 4 == 0 ? 1 : 0,
        Batch = shape.K * shape.P * shape.Q,
        ResultVector = shape.C / shape.Groups * shape.R * shape.S % 4 == 0 ? 1 : 0,
        SplitDepth = shape.N * shape.P * shape.Q,
        SplitStride = shape.K * (shape.C / shape.Groups) * shape.R * shape.S,
    };

    private static ConvolutionArguments OverImages(ConvolutionShape shape) => new()
    {
        ImageBatch = shape.C * shape.H * shape.W,
        ImageChannel = shape.H * shape.W,
        ImageGroup = shape.C / shape.Groups * shape.H * shape.W,
        ImageHeight = shape.H,
        ImageWidth = shape.W,
        PlaneSize = shape.P * shape.Q,
        PlaneWidth = shape.Q,
        PlaneSizeInverse = 1f / (shape.P * shape.Q),
        PlaneWidthInverse = 1f / shape.Q,
        Taps = shape.R * shape.S,
        KernelWidth = shape.S,
        TapsInverse = 1f / (shape.R * shape.S),
        KernelWidthInverse = 1f / shape.S,
        StrideY = shape.StrideY,
        StrideX = shape.StrideX,
        OriginY = -shape.PaddingY,
        OriginX = -shape.PaddingX,
        TapY = shape.DilationY,
        TapX = shape.DilationX,
        Splits = 1,
    };
}
