namespace ComputeCore.Operations;

/// <summary>Functions of the definitions that .NET does not have, to nearly full precision and without regard to speed.</summary>
internal static class SpecialFunctions
{
    // Below, a series whose terms are all positive; above, a continued fraction. At this bound both converge in few steps.
    private const double SeriesBound = 2.5;

    /// <summary>The error function, to a few units in the last place.</summary>
    public static double Erf(double x) => Math.Abs(x) < SeriesBound ? Series(x) : x > 0 ? 1 - Tail(x) : x < 0 ? Tail(-x) - 1 : x;

    /// <summary>1 - erf x, without cancellation for large x.</summary>
    public static double Erfc(double x) => x >= SeriesBound ? Tail(x) : 1 - Erf(x);

    // erf x = 2/√π e^(-x²) Σ 2ⁿ x^(2n+1) / (1·3·…·(2n+1)): NIST Digital Library of Mathematical Functions, 7.6.2.
    private static double Series(double x)
    {
        var term = x;
        var sum = x;
        for (var n = 1; Math.Abs(term) > 1e-17 * Math.Abs(sum); n++)
        {
            term *= 2 * x * x / (2 * n + 1);
            sum += term;
        }

        return 2 / Math.Sqrt(Math.PI) * Math.Exp(-x * x) * sum;
    }

    // erfc x = e^(-x²)/√π · 1/(x + (1/2)/(x + 1/(x + (3/2)/(x + …)))): Abramowitz and Stegun, 7.1.14, from the inside out.
    private static double Tail(double x)
    {
        var fraction = x;
        for (var n = 100; n > 0; n--)
            fraction = x + 0.5 * n / fraction;
        return Math.Exp(-x * x) / (Math.Sqrt(Math.PI) * fraction);
    }
}
