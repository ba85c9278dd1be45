namespace ComputeCore.Nn;

/// <summary>
/// Batch normalization of each channel of images [N, C, H, W] (Ioffe and Szegedy, 2015). Parameters <c>weight</c> and
/// <c>bias</c>, buffers <c>running_mean</c>, <c>running_var</c> and <c>num_batches_tracked</c>, as in PyTorch: in training the
/// batch's statistics are used and the running ones follow them; in use the running ones are.
/// </summary>
public sealed class BatchNorm2d : Layer
{
    private readonly Variable weight;
    private readonly Variable bias;
    private readonly Variable mean;
    private readonly Variable variance;
    private readonly Variable batches;

    /// <summary>Makes the layer.</summary>
    /// <param name="channels">Channels of the images.</param>
    public BatchNorm2d(int channels)
    {
        weight = Parameter("weight", Initializers.Constant([channels], 1));
        bias = Parameter("bias", Initializers.Constant([channels], 0));
        mean = Buffer("running_mean", Initializers.Constant([channels], 0));
        variance = Buffer("running_var", Initializers.Constant([channels], 1));
        batches = Buffer("num_batches_tracked", TensorData.Scalar(0L));
    }

    /// <summary>Added to the variance before its root is taken.</summary>
    public double Epsilon { get; init; } = 1e-5;

    /// <summary>The share of the running statistics that each batch replaces.</summary>
    public double Momentum { get; init; } = 0.1;

    /// <inheritdoc/>
    public override Tensor Forward(Tensor input)
    {
        if (!Training)
            return input.BatchNormalizationInference(weight, bias, mean, variance, Epsilon);

        var (result, batchMean, batchVariance) = input.BatchNormalization(weight, bias, Epsilon);
        // PyTorch normalizes with the biased variance but keeps the unbiased one.
        var count = (double)input.Shape.ElementCount / input.Shape[1];
        mean.Assign(mean.ToTensor() * (1 - Momentum) + batchMean * Momentum);
        variance.Assign(variance.ToTensor() * (1 - Momentum) + batchVariance * (Momentum * count / (count - 1)));
        batches.Assign(batches.ToTensor() + 1);
        return result;
    }
}

/// <summary>
/// Layer normalization over the last axes (Ba, Kiros and Hinton, 2016). Parameters <c>weight</c> and <c>bias</c> of the
/// normalized shape.
/// </summary>
public sealed class LayerNorm : Layer
{
    private readonly Variable weight;
    private readonly Variable bias;

    /// <summary>Makes the layer.</summary>
    /// <param name="shape">The extents of the axes that are normalized together, the input's last ones.</param>
    public LayerNorm(Shape shape)
    {
        weight = Parameter("weight", Initializers.Constant(shape, 1));
        bias = Parameter("bias", Initializers.Constant(shape, 0));
    }

    /// <summary>Added to the variance before its root is taken.</summary>
    public double Epsilon { get; init; } = 1e-5;

    /// <inheritdoc/>
    public override Tensor Forward(Tensor input) => input.LayerNormalization(weight.Shape.Rank, weight, bias, Epsilon);
}

/// <summary>
/// Root-mean-square normalization over the last axis, x / √(mean(x²) + ε) · weight (Zhang and Sennrich, Root Mean Square Layer
/// Normalization, 2019). Parameter: <c>weight</c> [width].
/// </summary>
public sealed class RmsNorm : Layer
{
    private readonly Variable weight;

    /// <summary>Makes the layer.</summary>
    /// <param name="width">The last axis's extent.</param>
    public RmsNorm(int width) => weight = Parameter("weight", Initializers.Constant([width], 1));

    /// <summary>Added to the mean of the squares before its root is taken.</summary>
    public double Epsilon { get; init; } = 1e-5;

    /// <inheritdoc/>
    public override Tensor Forward(Tensor input) => input.RmsNormalization(1, weight, Epsilon);
}
