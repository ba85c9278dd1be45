using ComputeCore.Devices.Reference;

namespace ComputeCore.Operations;

/// <summary>An operation on each line along one axis, which keeps the shape.</summary>
/// <param name="Axis">The axis, counted from the front.</param>
public abstract record AxisOperation(int Axis) : Operation
{
    /// <summary>The result's type, for inputs that all have it.</summary>
    private protected TensorType InferOne(IReadOnlyList<TensorType> inputs, int count)
    {
        ExpectCount(inputs, count, count);
        ExpectFloat(inputs, 0);
        if (Axis < 0 || Axis >= inputs[0].Shape.Rank)
            throw Mismatch(inputs, $"there is no axis {Axis}");
        if (inputs.Any(input => input != inputs[0]))
            throw Mismatch(inputs, "all must be of one type");
        return inputs[0];
    }

    /// <summary>The places of the elements of each line along the axis.</summary>
    private protected IEnumerable<int[]> Lines(Shape shape)
    {
        var (outer, extent, inner) = Cut(shape);
        for (var o = 0; o < outer; o++)
            for (var i = 0; i < inner; i++)
                yield return [.. Enumerable.Range(0, extent).Select(a => (o * extent + a) * inner + i)];
    }

    /// <summary>The axis's extent, and how many elements lie before and behind it.</summary>
    private protected (int Outer, int Extent, int Inner) Cut(Shape shape) =>
        ((int)Shape.Create(shape.AsSpan()[..Axis]).ElementCount, shape[Axis], (int)Shape.Create(shape.AsSpan()[(Axis + 1)..]).ElementCount);

    /// <summary>log Σ exp(x) of a line.</summary>
    private protected static double LogSumExp(ReferenceTensor x, int[] line)
    {
        var max = line.Max(i => x.Values[i]);
        return max + Math.Log(line.Sum(i => Math.Exp(x.Values[i] - max)));
    }
}
