using NUnit.Framework;

namespace ComputeCore.Kernels.Cpu.Tests.Convolution;

/// <summary>Arrays for image tests: reproducible contents and comparisons that name the first difference.</summary>
internal static class Numbers
{
    public static float[] Uniform(int count, int seed)
    {
        var random = new Random(seed);
        var values = new float[count];
        for (var i = 0; i < count; i++)
            values[i] = (float)(2 * random.NextDouble() - 1);
        return values;
    }

    /// <summary>Small whole numbers: many ties.</summary>
    public static float[] Whole(int count, int seed)
    {
        var random = new Random(seed);
        var values = new float[count];
        for (var i = 0; i < count; i++)
            values[i] = random.Next(-3, 4);
        return values;
    }

    /// <summary>An array that a kernel must overwrite completely.</summary>
    public static float[] Unwritten(int count)
    {
        var values = new float[count];
        Array.Fill(values, -12345f);
        return values;
    }

    public static void AreClose(float[] actual, double[] expected, double tolerance)
    {
        Assert.That(actual, Has.Length.EqualTo(expected.Length));
        for (var i = 0; i < actual.Length; i++)
        {
            if (double.IsFinite(expected[i])
                    ? !(Math.Abs(actual[i] - expected[i]) <= tolerance * (1 + Math.Abs(expected[i])))
                    : !actual[i].Equals((float)expected[i]))
                Assert.Fail($"Element {i} is {actual[i]}, expected {expected[i]}.");
        }
    }

    public static void AreTheSameBits(ReadOnlySpan<float> actual, ReadOnlySpan<float> expected)
    {
        Assert.That(actual.Length, Is.EqualTo(expected.Length));
        for (var i = 0; i < actual.Length; i++)
        {
            if (BitConverter.SingleToInt32Bits(actual[i]) != BitConverter.SingleToInt32Bits(expected[i]))
                Assert.Fail($"Element {i} is {actual[i]:R}, expected {expected[i]:R}.");
        }
    }
}
