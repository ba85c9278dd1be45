using ComputeCore.Devices.Reference;

namespace ComputeCore.Operations;

/// <summary>The lines of elements along one axis of a tensor.</summary>
internal static class AxisLines
{
    /// <summary>The axis's extent, and how many elements lie before and behind it.</summary>
    public static (int Outer, int Extent, int Inner) Cut(Shape shape, int axis) =>
        ((int)Shape.Create(shape.AsSpan()[..axis]).ElementCount, shape[axis], (int)Shape.Create(shape.AsSpan()[(axis + 1)..]).ElementCount);

    /// <summary>The places of the elements of each line, for lines in row-major order of the other axes.</summary>
    public static IEnumerable<int[]> Of(Shape shape, int axis)
    {
        var (outer, extent, inner) = Cut(shape, axis);
        for (var o = 0; o < outer; o++)
            for (var i = 0; i < inner; i++)
                yield return [.. Enumerable.Range(0, extent).Select(a => (o * extent + a) * inner + i)];
    }

    /// <summary>log Σ exp(x) of a line.</summary>
    public static double LogSumExp(ReferenceTensor x, int[] line)
    {
        var max = line.Max(i => x.Values[i]);
        return max + Math.Log(line.Sum(i => Math.Exp(x.Values[i] - max)));
    }
}
