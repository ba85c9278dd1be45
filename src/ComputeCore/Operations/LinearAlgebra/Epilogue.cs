namespace ComputeCore.Operations;

/// <summary>A nonlinearity that a matrix product or convolution applies while it stores its result.</summary>
public enum Activation
{
    /// <summary>The result as it is.</summary>
    None,

    /// <summary>max(x, 0).</summary>
    Relu,
}

/// <summary>What a matrix product or convolution does to each result before storing it, so that it is not read again.</summary>
/// <param name="HasBias">Whether a bias, the last input, is added: one number per column, or per output channel.</param>
/// <param name="Activation">What is applied then.</param>
public readonly record struct Epilogue(bool HasBias = false, Activation Activation = Activation.None)
{
    internal double Evaluate(double sum, double bias)
    {
        var x = HasBias ? sum + bias : sum;
        return Activation == Activation.Relu && x < 0 ? 0 : x;
    }
}
