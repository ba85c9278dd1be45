namespace ComputeCore.Nn;

/// <summary>Initial weights. The same seed gives the same values on every machine and device.</summary>
public static class Initializers
{
    /// <summary>
    /// He initialization, uniform, with PyTorch's default slope √5 for linear and convolution layers: bound √(1 / fanIn)
    /// (He et al., Delving Deep into Rectifiers, 2015).
    /// </summary>
    /// <param name="shape">The weight's shape.</param>
    /// <param name="fanIn">Inputs that one output sums over.</param>
    /// <param name="random">Where the values come from.</param>
    public static TensorData KaimingUniform(Shape shape, int fanIn, RandomGenerator random) => FanInUniform(shape, fanIn, random);

    /// <summary>Uniform in ±1 / √fanIn: PyTorch's default for biases.</summary>
    /// <param name="shape">The bias's shape.</param>
    /// <param name="fanIn">Inputs that one output sums over.</param>
    /// <param name="random">Where the values come from.</param>
    public static TensorData FanInUniform(Shape shape, int fanIn, RandomGenerator random)
    {
        var bound = fanIn == 0 ? 0 : 1 / Math.Sqrt(fanIn);
        return random.Uniform(shape, -bound, bound);
    }

    /// <summary>All elements the same.</summary>
    public static TensorData Constant(Shape shape, float value)
    {
        var data = new TensorData(new TensorType(ElementType.Float32, shape));
        data.AsSpan<float>().Fill(value);
        return data;
    }
}
