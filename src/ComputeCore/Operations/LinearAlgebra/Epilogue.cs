namespace ComputeCore.Operations;

/// <summary>What a matrix product does to each result before storing it, so that it is not read again.</summary>
/// <param name="HasBias">Whether a bias, the last input, is added: one number per column.</param>
/// <param name="Activation">What is applied then.</param>
public readonly record struct Epilogue(bool HasBias = false, Activation Activation = Activation.None)
{
    internal double Evaluate(double sum, double bias) => Activation.Evaluate(HasBias ? sum + bias : sum);
}
