using System.Runtime.InteropServices;

namespace ComputeCore.Nn;

/// <summary>Chooses a weight's initial values.</summary>
/// <param name="shape">The weight's shape.</param>
/// <param name="random">Where the values come from.</param>
public delegate InitialValue Initializer(Shape shape, RandomGenerator random);

/// <summary>
/// Initial weights. The same seed gives the same values on every machine and device; they are drawn when they are first needed.
/// </summary>
public static class Initializers
{
    /// <summary>
    /// He initialization, uniform, with PyTorch's default slope √5 for linear and convolution layers: bound √(1 / fanIn)
    /// (He et al., Delving Deep into Rectifiers, 2015).
    /// </summary>
    /// <param name="shape">The weight's shape.</param>
    /// <param name="fanIn">Inputs that one output sums over.</param>
    /// <param name="random">Where the values come from.</param>
    public static InitialValue KaimingUniform(Shape shape, int fanIn, RandomGenerator random) => FanInUniform(shape, fanIn, random);

    /// <summary>Uniform in ±1 / √fanIn: PyTorch's default for biases.</summary>
    /// <param name="shape">The bias's shape.</param>
    /// <param name="fanIn">Inputs that one output sums over.</param>
    /// <param name="random">Where the values come from.</param>
    public static InitialValue FanInUniform(Shape shape, int fanIn, RandomGenerator random)
    {
        var bound = fanIn == 0 ? 0 : 1 / Math.Sqrt(fanIn);
        return random.InitialUniform(shape, -bound, bound);
    }

    /// <summary>
    /// Uniform in ±√(6 / (rows + columns)) (Glorot and Bengio, Understanding the difficulty of training deep feedforward neural
    /// networks, 2010).
    /// </summary>
    /// <param name="shape">A matrix's shape.</param>
    /// <param name="random">Where the values come from.</param>
    /// <exception cref="ShapeException">The shape is no matrix's.</exception>
    public static InitialValue XavierUniform(Shape shape, RandomGenerator random)
    {
        if (shape.Rank != 2)
            throw new ShapeException($"Xavier's initialization is one of matrices, not of {shape}.");
        var bound = Math.Sqrt(6.0 / (shape[0] + shape[1]));
        return random.InitialUniform(shape, -bound, bound);
    }

    /// <summary>
    /// Normally distributed with deviation √(2 / fanOut), for kernels [out, in, height, width] with relu behind them: what the
    /// gradient of an input sums over keeps its variance (He et al., 2015, as above).
    /// </summary>
    /// <param name="shape">The kernels' shape.</param>
    /// <param name="random">Where the values come from.</param>
    /// <exception cref="ShapeException">The shape has not four axes.</exception>
    public static InitialValue KaimingNormal(Shape shape, RandomGenerator random) => random.InitialNormal(shape, 0, Math.Sqrt(2.0 / (KernelsOf(shape)[0] * shape[2] * shape[3])));

    /// <summary>Uniform in ±√(6 / fanIn), for kernels [out, in, height, width] with relu behind them: outputs keep the inputs' variance.</summary>
    /// <param name="shape">The kernels' shape.</param>
    /// <param name="random">Where the values come from.</param>
    /// <exception cref="ShapeException">The shape has not four axes.</exception>
    public static InitialValue KaimingUniform(Shape shape, RandomGenerator random)
    {
        var bound = Math.Sqrt(6.0 / (KernelsOf(shape)[1] * shape[2] * shape[3]));
        return random.InitialUniform(shape, -bound, bound);
    }

    /// <summary>Normally distributed around 0.</summary>
    /// <param name="deviation">The standard deviation.</param>
    public static Initializer Normal(double deviation) => (shape, random) => random.InitialNormal(shape, 0, deviation);

    /// <summary>All elements the same.</summary>
    public static InitialValue Constant(Shape shape, float value) =>
        new(new TensorType(ElementType.Float32, shape), value == 0 ? null : bytes => MemoryMarshal.Cast<byte, float>(bytes).Fill(value));

    private static Shape KernelsOf(Shape shape) =>
        shape.Rank == 4 ? shape : throw new ShapeException($"This initialization is one of kernels [out, in, height, width], not of {shape}.");
}
