namespace ComputeCore.Kernels.Cpu.Tests.Indexing;

/// <summary>Index arithmetic the slow and obvious way.</summary>
internal static class NaiveArray
{
    public static int Count(int[] shape) => shape.Aggregate(1, (a, b) => a * b);

    public static int[] Coordinates(int position, int[] shape)
    {
        var coordinates = new int[shape.Length];
        for (var i = shape.Length - 1; i >= 0; i--)
            (position, coordinates[i]) = Math.DivRem(position, shape[i]);
        return coordinates;
    }

    public static int Position(int[] coordinates, int[] shape)
    {
        var position = 0;
        for (var i = 0; i < shape.Length; i++)
            position = position * shape[i] + coordinates[i];
        return position;
    }

    public static long[] Strides(int[] shape) =>
        [.. shape.Select((_, i) => (long)Count(shape[(i + 1)..]))];

    public static int[] Parse(string shape) => shape.Length == 0 ? [] : Array.ConvertAll(shape.Split(' '), int.Parse);
}
