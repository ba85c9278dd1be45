using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ComputeCore.Kernels.Cpu.Mathematics;

// x = 2^k (1 + f) with 1 + f in [sqrt(1/2), sqrt(2)), so that f is exact and small around x = 1, where log vanishes.
// log(1 + f) = f - f^2 / 2 + f^3 q(f); q is the minimax polynomial of degree 7 for the relative error of log, 2^-27.3, found
// with the Remez exchange algorithm at 160 bits. k ln 2 is added in two parts, the small one first (Cody and Waite, 1980).
// Measured: at most 0.85 ulp.

internal static partial class VectorMath
{
    private const int SqrtHalfBits = 0x3f3504f3;
    private const float SmallestNormal = 1.17549435e-38f;
    private const int SmallestNormalBits = 0x00800000;
    private const int InfinityBits = 0x7f800000;
    private const float TwoTo23 = 8388608f;

    /// <summary>Natural logarithm; -infinity at zero, NaN below.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Log(Vector512<float> x)
    {
        var aboveSmallestNormal = x.AsUInt32() - Vector512.Create((uint)SmallestNormalBits);
        return Vector512.LessThanAll(aboveSmallestNormal, Vector512.Create((uint)(InfinityBits - SmallestNormalBits)))
            ? LogNormal(x, Vector512<float>.Zero)
            : LogAny(x);
    }

    // Denormals are scaled into the normal range; a lane that needs none of this gets the same bits as from LogNormal.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Vector512<float> LogAny(Vector512<float> x)
    {
        var isDenormal = Vector512.LessThan(x, Vector512.Create(SmallestNormal));
        var log = LogNormal(Vector512.ConditionalSelect(isDenormal, x * TwoTo23, x), isDenormal & Vector512.Create(-23f));
        log = Vector512.ConditionalSelect(Vector512.LessThan(x, Vector512.Create(float.PositiveInfinity)), log, x); // +infinity, NaN
        log = Vector512.ConditionalSelect(Vector512.Equals(x, Vector512<float>.Zero), Vector512.Create(float.NegativeInfinity), log);
        return Vector512.ConditionalSelect(Vector512.LessThan(x, Vector512<float>.Zero), Vector512.Create(float.NaN), log);
    }

    /// <summary>log(x 2^<paramref name="exponent"/>) for a positive normal x.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> LogNormal(Vector512<float> x, Vector512<float> exponent)
    {
        var bits = x.AsInt32() - Vector512.Create(SqrtHalfBits);
        var k = Vector512.ConvertToSingle(bits >> 23) + exponent;
        var f = ((bits & Vector512.Create(0x007fffff)) + Vector512.Create(SqrtHalfBits)).AsSingle() - Vector512<float>.One;

        var q = Vector512.Create(-0.07634547f);
        q = Vector512.FusedMultiplyAdd(q, f, Vector512.Create(0.12761621f));
        q = Vector512.FusedMultiplyAdd(q, f, Vector512.Create(-0.13160184f));
        q = Vector512.FusedMultiplyAdd(q, f, Vector512.Create(0.14201751f));
        q = Vector512.FusedMultiplyAdd(q, f, Vector512.Create(-0.16623357f));
        q = Vector512.FusedMultiplyAdd(q, f, Vector512.Create(0.20001227f));
        q = Vector512.FusedMultiplyAdd(q, f, Vector512.Create(-0.25000823f));
        q = Vector512.FusedMultiplyAdd(q, f, Vector512.Create(0.3333333f));
        q = Vector512.FusedMultiplyAdd(q, f, Vector512.Create(-0.5f));
        var small = Vector512.FusedMultiplyAdd(k, Vector512.Create(Ln2Low), f * f * q);
        return Vector512.FusedMultiplyAdd(k, Vector512.Create(Ln2High), f + small);
    }
}
