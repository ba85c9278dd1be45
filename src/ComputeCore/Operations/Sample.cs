namespace ComputeCore.Operations;

/// <summary>An operation that brings sample applications, which tests, the validator and benchmarks enumerate.</summary>
public interface ISampled
{
    /// <summary>Small applications that cover the operation's attributes, ranks, broadcasting and edge cases.</summary>
    static abstract IEnumerable<Sample> Samples { get; }
}

/// <summary>One application of an operation to inputs drawn from given distributions.</summary>
/// <param name="Operation">The operation with its attributes.</param>
/// <param name="Inputs">What each input is drawn from.</param>
public sealed record Sample(Operation Operation, params Draw[] Inputs)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Operation} of {string.Join(", ", Inputs.Select(input => input.Type))}";
}

/// <summary>Where a sample's input comes from. Values are representable in f32, and the same in every run.</summary>
public sealed record Draw
{
    private readonly Func<Random, int, double> element;

    private Draw(TensorType type, Func<Random, int, double> element)
    {
        Type = type;
        this.element = element;
    }

    /// <summary>The input's type.</summary>
    public TensorType Type { get; }

    /// <summary>Normally distributed f32 values of the given mean and standard deviation.</summary>
    public static Draw Normal(Shape shape, double mean = 0, double deviation = 1) =>
        new(new(ElementType.Float32, shape), (random, _) =>
            mean + deviation * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));

    /// <summary>Uniformly distributed f32 values between two bounds.</summary>
    public static Draw Uniform(Shape shape, double low, double high) =>
        new(new(ElementType.Float32, shape), (random, _) => low + (high - low) * random.NextDouble());

    /// <summary>Uniformly distributed whole numbers, both bounds included, of any element type.</summary>
    public static Draw Integers(Shape shape, ElementType type, int low, int high) =>
        new(new(type, shape), (random, _) => random.Next(low, high + 1));

    /// <summary>f32 values that are all different and at least 0.1 apart, in random order: for operations that break at ties.</summary>
    public static Draw Distinct(Shape shape)
    {
        var count = (int)shape.ElementCount;
        int[] order = [.. Enumerable.Range(0, count)];
        new Random(count).Shuffle(order);
        return new(new(ElementType.Float32, shape), (_, i) => 0.1 * (order[i] - count / 2) + 0.05);
    }

    /// <summary>The given values as f32.</summary>
    public static Draw Values(Shape shape, params double[] values) => new(new(ElementType.Float32, shape), (_, i) => values[i]);

    /// <summary>The given values as another element type.</summary>
    public static Draw Values(Shape shape, ElementType type, params double[] values) => new(new(type, shape), (_, i) => values[i]);

    /// <summary>Draws the input.</summary>
    /// <param name="seed">The same seed gives the same values.</param>
    public TensorData ToData(int seed)
    {
        var random = new Random(seed);
        var values = new double[Type.Shape.ElementCount];
        for (var i = 0; i < values.Length; i++)
            values[i] = element(random, i);
        var data = new TensorData(Type);
        ElementConversion.FromDoubles(Type.ElementType, values, data.Bytes);
        return data;
    }
}
