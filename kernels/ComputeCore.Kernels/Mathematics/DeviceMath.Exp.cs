// exp(x) = 2^n exp(r), n = round(x / ln 2), |r| <= ln(2) / 2, with r by Cody and Waite's two-part reduction ("Software Manual
// for the Elementary Functions", 1980, chapter 6). exp(r) = 1 + r + r^2 q(r), q of degree 4, relative error of exp 2^-28.3.
namespace ComputeCore.Kernels.Mathematics;

internal static partial class DeviceMath
{
    /// <summary>e to the power x. At most 1.1 ulp off.</summary>
    public static float Exp(float x)
    {
        // Beyond these bounds the result is infinity or zero; NaN passes both comparisons by.
        x = x > 89f ? 89f : x;
        return ExpBounded(x < -104f ? -104f : x);
    }

    /// <summary>e to the power x for x in [-104, 89] or NaN.</summary>
    private static float ExpBounded(float x)
    {
        var n = Nearest(x * Log2E);
        var r = MathF.FusedMultiplyAdd(n, -Ln2High, x);
        r = MathF.FusedMultiplyAdd(n, -Ln2Low, r);
        // n is anything if x is NaN, and must not make infinity or a shift out of range of it.
        return Scale(ExpReduced(r), n < -150 ? -150 : n > 129 ? 129 : n);
    }

    /// <summary>e to the power x, less 1, without cancellation around 0.</summary>
    public static float ExpMinus1(float x) => Abs(x) <= 0.34f ? ExpMinus1Reduced(x) : Exp(x) - 1f;

    /// <summary>e to the power r for |r| up to ln(2) / 2.</summary>
    private static float ExpReduced(float r) => ExpMinus1Reduced(r) + 1f;

    /// <summary>e to the power r, less 1, for |r| up to ln(2) / 2.</summary>
    private static float ExpMinus1Reduced(float r)
    {
        var q = MathF.FusedMultiplyAdd(0.001381448f, r, 0.00836878f);
        q = MathF.FusedMultiplyAdd(q, r, 0.041668393f);
        q = MathF.FusedMultiplyAdd(q, r, 0.1666652f);
        q = MathF.FusedMultiplyAdd(q, r, 0.49999994f);
        return MathF.FusedMultiplyAdd(r * r, q, r);
    }
}
