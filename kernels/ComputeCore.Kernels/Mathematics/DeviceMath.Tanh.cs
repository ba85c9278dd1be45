// Cody and Waite (1980, chapter 13): a polynomial around zero, where tanh(x) is nearly x, and 1 - 2 / (exp(2|x|) + 1) from
// |x| = 0.625 on. tanh(x) = x + x^3 q(x^2), q of degree 4, relative error 2^-27.8.
// With z = exp(-|x|), which can't overflow, the sigmoid is 1 / (1 + z) for x >= 0 and z / (1 + z) for x < 0: accurate in the left
// tail too.
namespace ComputeCore.Kernels.Mathematics;

internal static partial class DeviceMath
{
    // tanh rounds to 1 from 9.01 on; a bound keeps exp(2 |x|) finite.
    private const float TanhSaturation = 10f;

    /// <summary>Hyperbolic tangent. At most 1.4 ulp off.</summary>
    public static float Tanh(float x)
    {
        var a = Abs(x);
        if (a < 0.625f)
        {
            var square = a * a;
            var q = MathF.FusedMultiplyAdd(-0.0057049925f, square, 0.020639094f);
            q = MathF.FusedMultiplyAdd(q, square, -0.05373972f);
            q = MathF.FusedMultiplyAdd(q, square, 0.13331442f);
            q = MathF.FusedMultiplyAdd(q, square, -0.3333328f);
            return CopySign(MathF.FusedMultiplyAdd(a * square, q, a), x);
        }

        var bounded = a > TanhSaturation ? TanhSaturation : a;
        return CopySign(1f - 2f / (ExpBounded(bounded + bounded) + 1f), x);
    }

    /// <summary>1 / (1 + e^-x). At most 2.4 ulp off.</summary>
    public static float Sigmoid(float x)
    {
        var z = Exp(-Abs(x));
        return (x < 0 ? z : 1f) / (1f + z);
    }
}
