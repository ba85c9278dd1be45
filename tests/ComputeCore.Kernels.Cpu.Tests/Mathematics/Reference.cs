namespace ComputeCore.Kernels.Cpu.Tests.Mathematics;

/// <summary>Functions in double, and the distance of a float from their values.</summary>
internal static class Reference
{
    public static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));

    public static double NormalDistribution(double x) => 0.5 * (1 + Erf(x / Math.Sqrt(2)));

    /// <summary>Abramowitz and Stegun, "Handbook of mathematical functions", 7.1.6 up to 3, then the continued fraction 7.1.14.</summary>
    public static double Erf(double x)
    {
        var a = Math.Abs(x);
        if (double.IsNaN(x) || a > 6)
            return double.IsNaN(x) ? x : Math.Sign(x);
        if (a < 3)
        {
            var term = x;
            var sum = x;
            for (var n = 1; Math.Abs(term) > 1e-18 * Math.Abs(sum); n++)
            {
                term *= 2 * x * x / ((2 * n) + 1);
                sum += term;
            }

            return 2 / Math.Sqrt(Math.PI) * Math.Exp(-x * x) * sum;
        }

        var fraction = a;
        for (var n = 60; n >= 1; n--)
            fraction = a + (n / 2.0 / fraction);
        return Math.Sign(x) * (1 - (Math.Exp(-a * a) / (Math.Sqrt(Math.PI) * fraction)));
    }

    /// <summary>
    /// Distance in units of the last place of the expected value (of the smallest normal one below it). Infinities, NaN and the
    /// sign of zero must agree exactly, else the distance is infinite.
    /// </summary>
    public static double Ulps(float actual, double expected)
    {
        var rounded = (float)expected;
        if (float.IsNaN(rounded) || float.IsInfinity(rounded) || float.IsNaN(actual) || float.IsInfinity(actual))
            return actual.Equals(rounded) ? 0 : double.PositiveInfinity;
        if (rounded == 0 && actual == 0)
            return float.IsNegative(rounded) == float.IsNegative(actual) ? 0 : double.PositiveInfinity;
        var unit = Math.ScaleB(1, Math.Max(-126, (int)Math.Floor(Math.Log2(Math.Abs(rounded)))) - 23);
        return Math.Abs(actual - expected) / unit;
    }
}
