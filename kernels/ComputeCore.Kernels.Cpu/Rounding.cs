using ComputeCore.Kernels.Cpu.Simd;

namespace ComputeCore.Kernels.Cpu;

/// <summary>Numbers rounded up to whole parts.</summary>
internal static class Rounding
{
    /// <summary>⌈value / divisor⌉, for numbers that are not negative.</summary>
    public static int DivideUp(int value, int divisor) => (int)(((long)value + divisor - 1) / divisor);

    /// <summary>The least multiple of <paramref name="unit"/> that is not below <paramref name="value"/>.</summary>
    public static int RoundUp(int value, int unit) => DivideUp(value, unit) * unit;

    /// <inheritdoc cref="RoundUp(int, int)"/>
    public static long RoundUp(long value, int unit) => (value + unit - 1) / unit * unit;

    /// <summary>
    /// The least number of floats, not below <paramref name="value"/>, that is an odd number of cache lines: arrays so far apart
    /// don't compete for the same sets of a cache.
    /// </summary>
    public static int OddLines(int value) => (DivideUp(value, Lanes.Count) | 1) * Lanes.Count;
}
