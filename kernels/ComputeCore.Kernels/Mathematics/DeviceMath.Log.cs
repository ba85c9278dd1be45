// x = 2^k (1 + f) with 1 + f in [sqrt(1/2), sqrt(2)), so that f is exact and small around x = 1, where log vanishes.
// log(1 + f) = f - f^2 / 2 + f^3 q(f), q of degree 7, relative error of log 2^-27.3. k ln 2 is added in two parts, the small one
// first (Cody and Waite, 1980).
namespace ComputeCore.Kernels.Mathematics;

internal static partial class DeviceMath
{
    private const int SqrtHalfBits = 0x3f3504f3;
    private const int MantissaBits = 0x007fffff;
    private const int SmallestNormalBits = 0x00800000;
    private const float TwoTo23 = 8388608f;

    /// <summary>Natural logarithm; -infinity at zero, NaN below. At most 0.9 ulp off.</summary>
    public static float Log(float x)
    {
        var bits = Bits(x);
        if (bits is >= SmallestNormalBits and < InfinityBits)
            return LogNormal(bits, 0);
        if ((bits & ~SignBit) == 0)
            return float.NegativeInfinity;
        if (bits < 0)
            return float.NaN;
        // Denormals are scaled into the normal range; +infinity and NaN stay.
        return bits < SmallestNormalBits ? LogNormal(Bits(x * TwoTo23), -23) : x;
    }

    /// <summary>log(x 2^<paramref name="exponent"/>) for the bits of a positive normal x.</summary>
    private static float LogNormal(int bits, int exponent)
    {
        var k = (float)(((bits - SqrtHalfBits) >> 23) + exponent);
        var f = Mantissa(bits) - 1f;

        var q = MathF.FusedMultiplyAdd(-0.07634547f, f, 0.12761621f);
        q = MathF.FusedMultiplyAdd(q, f, -0.13160184f);
        q = MathF.FusedMultiplyAdd(q, f, 0.14201751f);
        q = MathF.FusedMultiplyAdd(q, f, -0.16623357f);
        q = MathF.FusedMultiplyAdd(q, f, 0.20001227f);
        q = MathF.FusedMultiplyAdd(q, f, -0.25000823f);
        q = MathF.FusedMultiplyAdd(q, f, 0.3333333f);
        q = MathF.FusedMultiplyAdd(q, f, -0.5f);
        var small = MathF.FusedMultiplyAdd(k, Ln2Low, f * f * q);
        return MathF.FusedMultiplyAdd(k, Ln2High, f + small);
    }

    /// <summary>1 + f in [sqrt(1/2), sqrt(2)) for the bits of a positive normal number 2^k (1 + f).</summary>
    private static float Mantissa(int bits) => FromBits(((bits - SqrtHalfBits) & MantissaBits) + SqrtHalfBits);
}
