// Elementary functions of float, for every device. The built-in ones differ from driver to driver in accuracy and in what they
// make of infinities and NaN; ILGPU's for CUDA are the approximate instructions (ex2.approx). These are polynomials in plain
// arithmetic, so that every device computes the same to a unit in the last place.
//
// The polynomials are those of the CPU kernels (ComputeCore.Kernels.Cpu.Mathematics.VectorMath): minimax, found with the Remez
// exchange algorithm at 160 bits. Steps that must be exact are products of numbers of few bits: they stay exact on devices that
// carry out a fused multiply-add in two roundings, and no identity that a compiler might cancel is relied upon.
//
// Denormal numbers are right where the device has them; where it flushes them to zero, so do these.
using ILGPU;

namespace ComputeCore.Kernels.Mathematics;

/// <summary>Elementary functions of floats in kernels.</summary>
internal static partial class DeviceMath
{
    private const float Log2E = 1.44269504f;
    private const float Ln2High = 0.693145752f; // 15 bits: its product with an exponent is exact
    private const float Ln2Low = 1.42860677e-6f;
    private const int SignBit = unchecked((int)0x80000000);
    private const int InfinityBits = 0x7f800000;

    /// <summary>The bits of a float.</summary>
    public static int Bits(float x) => unchecked((int)Interop.FloatAsInt(x));

    /// <summary>The float with the given bits.</summary>
    public static float FromBits(int bits) => Interop.IntAsFloat(unchecked((uint)bits));

    /// <summary>|x|.</summary>
    public static float Abs(float x) => FromBits(Bits(x) & ~SignBit);

    /// <summary>|x| with the sign of <paramref name="sign"/>.</summary>
    public static float CopySign(float x, float sign) => FromBits((Bits(x) & ~SignBit) | (Bits(sign) & SignBit));

    /// <summary>Whether x is NaN, told by its bits: fast mathematics may take a comparison of x with itself for true.</summary>
    public static bool IsNaN(float x) => (Bits(x) & ~SignBit) > InfinityBits;

    /// <summary>Whether x is neither infinite nor NaN.</summary>
    public static bool IsFinite(float x) => (Bits(x) & InfinityBits) != InfinityBits;

    /// <summary>The greater value; NaN if either is, and +0 above -0.</summary>
    public static float Max(float a, float b) => IsNaN(a) ? a : IsNaN(b) ? b : a > b ? a : b > a ? b : FromBits(Bits(a) & Bits(b));

    /// <summary>The lesser value; NaN if either is, and -0 below +0.</summary>
    public static float Min(float a, float b) => IsNaN(a) ? a : IsNaN(b) ? b : a < b ? a : b < a ? b : FromBits(Bits(a) | Bits(b));

    /// <summary>2 to the power <paramref name="exponent"/>, from -126 to 127.</summary>
    private static float PowerOfTwo(int exponent) => FromBits((exponent + 127) << 23);

    /// <summary>x 2^<paramref name="exponent"/> in two products, of which only the last can round; exponent from -252 to 254.</summary>
    private static float Scale(float x, int exponent)
    {
        var half = exponent >> 1;
        return x * PowerOfTwo(half) * PowerOfTwo(exponent - half);
    }

    /// <summary>The integer nearest to x, of any of two as near; |x| below 2^22.</summary>
    private static int Nearest(float x) => (int)(x + (x < 0 ? -0.5f : 0.5f));
}
