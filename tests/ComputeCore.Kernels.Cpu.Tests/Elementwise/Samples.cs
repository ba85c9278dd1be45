namespace ComputeCore.Kernels.Cpu.Tests.Elementwise;

/// <summary>Deterministic operands.</summary>
internal static class Samples
{
    public static readonly float[] Special =
        [0f, -0f, 1f, -1f, float.Epsilon, -float.Epsilon, float.MaxValue, float.MinValue, float.PositiveInfinity, float.NegativeInfinity, float.NaN, 3f, -3f, 6f, 7f, 0.25f, -2.75f];

    public static float[] Floats(long count, int seed, float low = -4, float high = 4)
    {
        var random = new Random(seed);
        var values = new float[count];
        for (var i = 0; i < count; i++)
            values[i] = low + ((high - low) * random.NextSingle());
        return values;
    }

    public static byte[] Bools(long count, int seed)
    {
        var random = new Random(seed);
        var values = new byte[count];
        for (var i = 0; i < count; i++)
            values[i] = (byte)random.Next(2);
        return values;
    }

    public static long Count(ReadOnlySpan<int> shape)
    {
        var count = 1L;
        foreach (var extent in shape)
            count *= extent;
        return count;
    }
}
