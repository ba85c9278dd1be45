using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ComputeCore.Kernels.Cpu.Mathematics;

// x^y = exp(y log |x|) in double: an error of the logarithm is multiplied by up to 104, which the 29 additional bits absorb, so
// that the result is rounded once, nearly always correctly. Double's exp and log are the runtime's. The sign and the special
// cases are those of IEEE 754-2019, section 9.2.1.

internal static partial class VectorMath
{
    /// <summary><paramref name="x"/> to the power <paramref name="y"/>; NaN for a negative finite x and a y that is no integer.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Pow(Vector512<float> x, Vector512<float> y)
    {
        var a = Vector512.Abs(x);
        var (aLower, aUpper) = Vector512.Widen(a);
        var (yLower, yUpper) = Vector512.Widen(y);
        var pow = Vector512.Narrow(Vector512.Exp(yLower * Vector512.Log(aLower)), Vector512.Exp(yUpper * Vector512.Log(aUpper)));

        // Above 2^24 every float is an even integer; so is infinity, for this purpose.
        var halfY = y * 0.5f;
        var isInteger = Vector512.Equals(Vector512.Floor(y), y);
        var isOdd = isInteger & ~Vector512.Equals(Vector512.Floor(halfY), halfY);
        pow |= isOdd & x & Vector512.Create(-0f);

        var isNegativeFinite = Vector512.LessThan(x, Vector512<float>.Zero) & Vector512.LessThan(a, Vector512.Create(float.PositiveInfinity));
        pow = Vector512.ConditionalSelect(isNegativeFinite & ~isInteger, Vector512.Create(float.NaN), pow);

        // 1 to any power, -1 to an infinite one and anything to the power 0 are 1, NaN included.
        var isMinusOneToInfinity = Vector512.Equals(x, -Vector512<float>.One) & Vector512.Equals(Vector512.Abs(y), Vector512.Create(float.PositiveInfinity));
        var isOne = Vector512.Equals(x, Vector512<float>.One) | Vector512.Equals(y, Vector512<float>.Zero) | isMinusOneToInfinity;
        return Vector512.ConditionalSelect(isOne, Vector512<float>.One, pow);
    }
}
