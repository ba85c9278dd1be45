// x^y = 2^(y log2 |x|), where an error of the logarithm is multiplied by up to 150. Devices may lack double, so the logarithm is
// the sum of two floats, the upper of 12 bits: its products with the upper and lower halves of y are exact, and so is what
// remains once the integer part of the exponent is taken away.
//
// |x| = 2^k m, m in [sqrt(1/2), sqrt(2)), s = (m - 1) / (m + 1), log2 m = (2 s + 2/3 s^3 + 2/5 s^5 + ...) / ln 2, the series of
// the area hyperbolic tangent; |s| < 0.172, so five terms reach 2^-31 of the whole; the first two are carried to 36 bits.
// The sign and the special cases are those of IEEE 754-2019, section 9.2.1.
namespace ComputeCore.Kernels.Mathematics;

internal static partial class DeviceMath
{
    private const int UpperBits = unchecked((int)0xfffff000);
    private const float Ln2 = 0.693147182f;

    // 2 / ln 2 and 2/3 / ln 2, whole and as the sum of their upper 12 bits and the others.
    private const float First = 2.88539f;
    private const float FirstHigh = 2.8847656f;
    private const float FirstLow = 0.0006244568f;
    private const float Third = 0.9617967f;
    private const float ThirdHigh = 0.9616699f;
    private const float ThirdLow = 0.00012677205f;

    /// <summary>x to the power y; NaN for a negative finite x and a y that is no integer. At most 1.3 ulp off.</summary>
    public static float Pow(float x, float y)
    {
        // 1 to any power and anything to the power 0 are 1, NaN included.
        if (x == 1f || y == 0f)
            return 1f;
        if (IsNaN(x) || IsNaN(y))
            return float.NaN;

        var a = Abs(x);
        // Above 2^24 every float is an even integer; so is infinity, for this purpose.
        var isInteger = MathF.Floor(y) == y;
        var isEven = 2f * MathF.Floor(y * 0.5f) == y;
        if (x < 0f && a < float.PositiveInfinity && !isInteger)
            return float.NaN;

        var pow = PowPositive(a, y);
        return Bits(x) < 0 && isInteger && !isEven ? -pow : pow;
    }

    /// <summary>a to the power y for a at least 0; neither is NaN, and y is not 0.</summary>
    private static float PowPositive(float a, float y)
    {
        if (a == 1f)
            return 1f;
        if (a == 0f || a == float.PositiveInfinity)
            return (a == 0f) == (y > 0f) ? 0f : float.PositiveInfinity;

        var scaled = Bits(a) < SmallestNormalBits;
        var bits = scaled ? Bits(a * TwoTo23) : Bits(a);
        var k = (float)(((bits - SqrtHalfBits) >> 23) - (scaled ? 23 : 0));
        var m = Mantissa(bits);

        // s in two parts: what the rounded quotient leaves over is divided once more.
        var f = m - 1f;
        var sum = m + 1f;
        var sumHigh = Upper(sum);
        var sumLow = m - (sumHigh - 1f);
        var s = f / sum;
        var sHigh = Upper(s);
        var sLow = (f - sHigh * sumHigh - sHigh * sumLow) / sum;

        // The cube's main part is a product of 12-bit numbers too, and exact.
        var square = sHigh * sHigh;
        var squareHigh = Upper(square);
        var cube = sHigh * squareHigh;
        var cubeHigh = Upper(cube);
        var third = cubeHigh * ThirdHigh;
        var z = s * s;
        var series = MathF.FusedMultiplyAdd(0.26230819f, z, 0.3205989f);
        series = MathF.FusedMultiplyAdd(series, z, 0.41219858f);
        series = MathF.FusedMultiplyAdd(series, z, 0.57707802f);
        var cubeRest = (cube - cubeHigh) * ThirdHigh + cube * ThirdLow + (sHigh * (square - squareHigh) + 3f * sHigh * s * sLow) * Third;

        var first = sHigh * FirstHigh;
        var rest = sHigh * FirstLow + sLow * First + cubeRest + s * z * z * series;
        var logHigh = Upper(first + third + rest);
        var logLow = first - logHigh + third + rest;

        var exponent = y * (k + logHigh);
        if (exponent > 129f)
            return float.PositiveInfinity;
        if (exponent < -151f)
            return 0f;
        var n = Nearest(exponent);
        var yHigh = Upper(y);
        var yLow = y - yHigh;
        var r = yHigh * k - n + yHigh * logHigh + (yLow * k + yLow * logHigh + y * logLow);
        return Scale(ExpReduced(r * Ln2), n);
    }

    /// <summary>x with its upper 12 bits alone.</summary>
    private static float Upper(float x) => FromBits(Bits(x) & UpperBits);
}
