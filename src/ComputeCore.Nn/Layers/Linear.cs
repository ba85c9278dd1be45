namespace ComputeCore.Nn;

/// <summary>y = x Wᵀ + b over the last axis. Parameters: <c>weight</c> [out, in] and <c>bias</c> [out].</summary>
public sealed class Linear : Layer
{
    private readonly Variable weight;
    private readonly Variable? bias;

    /// <summary>Makes the layer with PyTorch's default initialization.</summary>
    /// <param name="inputs">Features in.</param>
    /// <param name="outputs">Features out.</param>
    /// <param name="random">Where the initial weights come from.</param>
    /// <param name="hasBias">Whether a bias is added.</param>
    public Linear(int inputs, int outputs, RandomGenerator random, bool hasBias = true)
    {
        weight = Parameter("weight", Initializers.KaimingUniform([outputs, inputs], inputs, random));
        bias = hasBias ? Parameter("bias", Initializers.FanInUniform([outputs], inputs, random)) : null;
    }

    /// <inheritdoc/>
    public override Tensor Forward(Tensor input)
    {
        var product = input.MatMul(weight, transposeOther: true);
        return bias is null ? product : product + bias;
    }
}
