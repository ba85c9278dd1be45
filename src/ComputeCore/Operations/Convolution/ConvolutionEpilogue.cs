namespace ComputeCore.Operations;

/// <summary>
/// What a convolution does to each sum before storing it, so that it is not read again: activation(scale · sum + bias + residual).
/// Each that is there is an input behind the weight, in this order.
/// </summary>
/// <param name="HasScale">Whether sums are multiplied by a number per output channel, [K].</param>
/// <param name="HasBias">Whether a number per output channel is added, [K].</param>
/// <param name="HasResidual">Whether a tensor of the result's shape is added.</param>
/// <param name="Activation">What is applied then.</param>
public readonly record struct ConvolutionEpilogue(bool HasScale = false, bool HasBias = false, bool HasResidual = false, Activation Activation = Activation.None)
{
    /// <summary>How many inputs the convolution has.</summary>
    internal int InputCount => ResidualInput + (HasResidual ? 1 : 0);

    /// <summary>Which input the scale is, if there is one.</summary>
    internal static int ScaleInput => 2;

    /// <summary>Which input the bias is, if there is one.</summary>
    internal int BiasInput => ScaleInput + (HasScale ? 1 : 0);

    /// <summary>Which input the residual is, if there is one.</summary>
    internal int ResidualInput => BiasInput + (HasBias ? 1 : 0);
}
