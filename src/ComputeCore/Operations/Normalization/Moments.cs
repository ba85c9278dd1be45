namespace ComputeCore.Operations;

/// <summary>What the definitions of normalizations share.</summary>
internal static class Moments
{
    /// <summary>The mean, and 1 / √(variance + ε) with the biased variance.</summary>
    public static (double Mean, double Rstd) Of(ReadOnlySpan<double> x, double epsilon)
    {
        var mean = 0.0;
        foreach (var value in x)
            mean += value / x.Length;
        var variance = 0.0;
        foreach (var value in x)
            variance += (value - mean) * (value - mean) / x.Length;
        return (mean, 1 / Math.Sqrt(variance + epsilon));
    }

    /// <summary>
    /// The gradient of x̂ = (x − mean) · rstd, written over the gradient g at x̂: dx = rstd · (g − mean(g) − x̂ · mean(g · x̂)).
    /// </summary>
    public static void Gradient(Span<double> g, ReadOnlySpan<double> normalized, double rstd)
    {
        var (meanG, meanProduct) = (0.0, 0.0);
        for (var i = 0; i < g.Length; i++)
        {
            meanG += g[i] / g.Length;
            meanProduct += g[i] * normalized[i] / g.Length;
        }

        for (var i = 0; i < g.Length; i++)
            g[i] = rstd * (g[i] - meanG - normalized[i] * meanProduct);
    }
}
