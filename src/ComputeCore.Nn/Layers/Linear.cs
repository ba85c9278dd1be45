namespace ComputeCore.Nn;

/// <summary>y = x Wᵀ + b over the last axis. Parameters: <c>weight</c> [out, in] and <c>bias</c> [out].</summary>
public sealed class Linear : Layer
{
    private readonly Variable weight;
    private readonly Variable? bias;

    /// <summary>Makes the layer.</summary>
    /// <param name="inputs">Features in.</param>
    /// <param name="outputs">Features out.</param>
    /// <param name="random">Where the initial weights come from.</param>
    /// <param name="hasBias">Whether a bias is added.</param>
    /// <param name="initializer">The initial weights, beside a bias of 0; PyTorch's default, with a random bias, if none is given.</param>
    public Linear(int inputs, int outputs, RandomGenerator random, bool hasBias = true, Initializer? initializer = null)
    {
        weight = Parameter("weight", initializer?.Invoke([outputs, inputs], random) ?? Initializers.KaimingUniform([outputs, inputs], inputs, random));
        if (hasBias)
            bias = Parameter("bias", initializer is null ? Initializers.FanInUniform([outputs], inputs, random) : Initializers.Constant([outputs], 0));
    }

    /// <inheritdoc/>
    public override Tensor Forward(Tensor input)
    {
        var product = input.MatMul(weight, transposeOther: true);
        return bias is null ? product : product + bias;
    }
}
