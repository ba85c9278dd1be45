using ComputeCore.Devices.Reference;

namespace ComputeCore.Operations;

/// <summary>The largest or the smallest element over some axes, which are kept with extent 1; NaN if there is one.</summary>
/// <param name="Axes">The axes, counted from the front and sorted.</param>
public abstract record Extremum(Axes Axes) : Operation
{
    /// <inheritdoc/>
    public sealed override Tolerance Tolerance => Tolerance.Exact;

    /// <inheritdoc/>
    public sealed override IReadOnlyList<TensorType> Infer(IReadOnlyList<TensorType> inputs)
    {
        ExpectCount(inputs, 1, 1);
        if (inputs[0].ElementType == ElementType.Bool)
            throw Mismatch(inputs, "truth values have no order; convert them with Cast");
        if (Reductions.Count(inputs[0].Shape, Axes) == 0)
            throw Mismatch(inputs, $"there is no element along the axes {Axes}");
        return [inputs[0] with { Shape = Reductions.ShapeOf(inputs[0].Shape, Axes) }];
    }

    /// <summary>The larger or the smaller of two elements, NaN if one is.</summary>
    private protected abstract double Choose(double a, double b);

    internal sealed override void Evaluate(ReferenceArguments arguments)
    {
        var (x, y) = (arguments.X, arguments.Y);
        foreach (var index in x.Indices())
            y[Reductions.Kept(index, Axes)] = x[index];
        foreach (var index in x.Indices())
        {
            ref var extremum = ref y[Reductions.Kept(index, Axes)];
            extremum = Choose(extremum, x[index]);
        }
    }

    // Equal extrema share the gradient evenly, as PyTorch's amax does.
    internal sealed override IReadOnlyList<Tensor?> Differentiate(Differential d)
    {
        if (!d.X.ElementType.IsFloatingPoint())
            return [null];
        var isExtremum = d.X.EqualTo(d.Y).Cast(d.X.ElementType);
        return [isExtremum * (d.Dy / isExtremum.Sum(Axes, keepAxes: true))];
    }

    internal sealed override double Flops(IReadOnlyList<TensorType> inputs, IReadOnlyList<TensorType> outputs) => inputs[0].Shape.ElementCount;

    private protected static IEnumerable<Sample> SamplesOf(Func<Axes, Extremum> operation) =>
    [
        new(operation([0, 1]), Draw.Distinct([37, 19])),
        new(operation([1]), Draw.Distinct([5, 300])),
        new(operation([0]), Draw.Distinct([300, 5])),
        new(operation([0, 2, 3]), Draw.Distinct([4, 3, 5, 7])),
        new(operation([1, 3]), Draw.Distinct([2, 3, 4, 5])),
        new(operation([1]), Draw.Values([3, 3], 1, double.NaN, 2, double.PositiveInfinity, double.NegativeInfinity, 0, -0.0, -0.0, -0.0)),
        new(operation([1]), Draw.Integers([9, 4], ElementType.Int64, -5, 5)),
        new(operation([0]), Draw.Integers([9, 4], ElementType.UInt8, 0, 255)),
    ];
}
