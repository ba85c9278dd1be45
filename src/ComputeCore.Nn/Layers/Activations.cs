namespace ComputeCore.Nn;

/// <summary>max(x, 0).</summary>
public sealed class Relu : Layer
{
    /// <inheritdoc/>
    public override Tensor Forward(Tensor input) => input.Relu();
}

/// <summary>min(max(x, 0), 6).</summary>
public sealed class Relu6 : Layer
{
    /// <inheritdoc/>
    public override Tensor Forward(Tensor input) => input.Relu6();
}

/// <summary>x where it is positive, slope · x elsewhere.</summary>
/// <param name="slope">The slope for negative x.</param>
public sealed class LeakyRelu(double slope = 0.01) : Layer
{
    /// <inheritdoc/>
    public override Tensor Forward(Tensor input) => input.LeakyRelu(slope);
}

/// <summary>x Φ(x), with Φ the normal distribution function (Hendrycks and Gimpel, 2016).</summary>
public sealed class Gelu : Layer
{
    /// <inheritdoc/>
    public override Tensor Forward(Tensor input) => input.Gelu();
}

/// <summary>Gelu by its approximation with the hyperbolic tangent, as GPT-2 uses it: x (1 + tanh(√(2/π) (x + 0.044715 x³))) / 2.</summary>
public sealed class GeluTanh : Layer
{
    /// <inheritdoc/>
    public override Tensor Forward(Tensor input) => input.GeluTanh();
}

/// <summary>x σ(x), also known as swish.</summary>
public sealed class Silu : Layer
{
    /// <inheritdoc/>
    public override Tensor Forward(Tensor input) => input.Silu();
}

/// <summary>x · relu6(x + 3) / 6 (Howard et al., Searching for MobileNetV3, 2019).</summary>
public sealed class HardSwish : Layer
{
    /// <inheritdoc/>
    public override Tensor Forward(Tensor input) => input.HardSwish();
}

/// <summary>1 / (1 + e⁻ˣ).</summary>
public sealed class Sigmoid : Layer
{
    /// <inheritdoc/>
    public override Tensor Forward(Tensor input) => input.Sigmoid();
}

/// <summary>The hyperbolic tangent.</summary>
public sealed class Tanh : Layer
{
    /// <inheritdoc/>
    public override Tensor Forward(Tensor input) => input.Tanh();
}

/// <summary>Merges all axes but the first.</summary>
public sealed class Flatten : Layer
{
    /// <inheritdoc/>
    public override Tensor Forward(Tensor input) => input.Flatten();
}
