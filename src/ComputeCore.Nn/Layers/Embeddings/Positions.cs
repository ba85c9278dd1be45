using System.Runtime.InteropServices;

namespace ComputeCore.Nn;

/// <summary>
/// The positions of tokens within their sequences, and tables looked up with them. A sequence's first visible token has the
/// position 0, so that padding on its left changes nothing.
/// </summary>
internal static class Positions
{
    /// <summary>The positions of T tokens of each sequence, i32 [B, T]; padding on the left has the position 0.</summary>
    /// <param name="spans">(first key seen, end of keys seen, position of the first query) for each sequence, i32 [B, 3].</param>
    /// <param name="length">T.</param>
    public static Tensor Of(Tensor spans, int length) =>
        (spans.Slice(1, 2, 3) - spans.Slice(1, 0, 1) + Range([1, length])).Maximum(0);

    /// <summary>A table's rows [T, width] for tokens that all sequences begin with, or [B, T, width] for those at their spans' positions.</summary>
    public static Tensor Rows(Tensor table, int length, Tensor? spans)
    {
        if (length > table.Shape[0])
            throw new ShapeException($"A sequence of {length} tokens is longer than the {table.Shape[0]} positions there are.");
        return spans is null ? table.Slice(0, 0, length) : table.IndexSelect(0, Of(spans, length));
    }

    /// <summary>The integers from 0 on, i32.</summary>
    public static Tensor Range(Shape shape) => Tensor.Constant(TensorData.From(shape, (ReadOnlySpan<int>)[.. Enumerable.Range(0, (int)shape.ElementCount)]));

    /// <summary>A table [rows, columns] computed in double.</summary>
    public static TensorData Table(int rows, int columns, Func<int, int, double> value)
    {
        var table = new TensorData(new TensorType(ElementType.Float32, [rows, columns]));
        var values = MemoryMarshal.Cast<byte, float>(table.Bytes);
        for (var row = 0; row < rows; row++)
            for (var column = 0; column < columns; column++)
                values[row * columns + column] = (float)value(row, column);
        return table;
    }
}
