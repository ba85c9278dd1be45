namespace ComputeCore.Kernels.Mathematics;

/// <summary>
/// Division by a number known on the host, as a product and a shift: Granlund and Montgomery, "Division by invariant integers
/// using multiplication", 1994. GPUs divide integers in dozens of instructions, and no processor does so in vectors.
/// </summary>
/// <param name="Divisor">What is divided by, at least 1.</param>
/// <param name="Multiplier">2^Shift / Divisor, rounded up; the 32 bits of an unsigned number.</param>
/// <param name="Shift">31 and the bits of the divisor - 1.</param>
internal readonly record struct QuickDivision(int Divisor, int Multiplier, int Shift)
{
    /// <summary>Prepares divisions.</summary>
    public static QuickDivision By(int divisor)
    {
        // n m / 2^shift exceeds n / divisor by less than n / 2^31, which can't reach the next integer.
        var bits = 32 - System.Numerics.BitOperations.LeadingZeroCount((uint)(divisor - 1));
        var multiplier = ((UInt128.One << (31 + bits)) + (UInt128)(uint)divisor - 1) / (UInt128)(uint)divisor;
        return divisor == 1 ? new(1, int.MinValue, 31) : new(divisor, unchecked((int)(uint)multiplier), 31 + bits);
    }

    /// <summary>The quotient of an n of at least 0.</summary>
    [DeviceFunction]
    public static int Quotient(int n, int multiplier, int shift) => (int)((long)n * unchecked((uint)multiplier) >> shift);
}
