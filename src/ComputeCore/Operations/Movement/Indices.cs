using ComputeCore.Devices.Reference;

namespace ComputeCore.Operations;

/// <summary>What operations that take indices share.</summary>
internal static class Indices
{
    /// <summary>Indices as i64, the only type that kernels take them in.</summary>
    /// <exception cref="ShapeException">They are neither i64 nor i32.</exception>
    public static Tensor AsInt64(Tensor indices) => indices.ElementType is ElementType.Int64 or ElementType.Int32
        ? indices.Cast(ElementType.Int64)
        : throw new ShapeException($"Indices must be i64 or i32, but are {indices.Type}.");

    /// <summary>An element of an index tensor, once it is known to lie within an extent.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It does not.</exception>
    public static int Checked(Operation operation, double index, int extent) =>
        index >= 0 && index < extent ? (int)index : throw OutOfRange(operation, (long)index, extent);

    /// <summary>The error about an index that lies outside of its axis.</summary>
    public static ArgumentOutOfRangeException OutOfRange(Operation operation, long index, int extent) =>
        new(null, $"{operation.Name}: the index {index} is out of range; the axis has the extent {extent}, so indices are from 0 to {extent - 1}.");

    /// <summary>The place that an element's index names: its own, but with the index along the axis.</summary>
    public static int[] Place(Operation operation, ReferenceTensor indices, int[] at, int axis, int extent)
    {
        var place = at.ToArray();
        place[axis] = Checked(operation, indices[at], extent);
        return place;
    }

    /// <summary>Whether an index tensor of a shape fits: as large in no other axis than the indexed tensor.</summary>
    public static bool Fits(Shape indices, Shape indexed, int axis) =>
        indices.Rank == indexed.Rank && Enumerable.Range(0, indices.Rank).All(i => i == axis || indices[i] <= indexed[i]);
}
