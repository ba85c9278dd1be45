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

    /// <summary>
    /// The gradient at x of a loss that depends on the mean, rstd or variance of n elements, too, as batch and layer
    /// normalization return them: dmean/dx = 1/n, dvariance/dx = 2 (x − mean)/n, drstd/dx = −rstd³ (x − mean)/n.
    /// </summary>
    /// <param name="dx">The gradient by way of the normalized values.</param>
    /// <param name="x">The normalization's input.</param>
    /// <param name="mean">Its mean.</param>
    /// <param name="rstd">Its inverse standard deviation.</param>
    /// <param name="kept">The shape in which the statistics broadcast against x.</param>
    /// <param name="dmean">The gradient at the mean, if any.</param>
    /// <param name="drstd">The gradient at rstd, if any.</param>
    /// <param name="dvariance">The gradient at the variance, if any.</param>
    public static Tensor AddStatisticsGradient(Tensor dx, Tensor x, Tensor mean, Tensor rstd, Shape kept, Tensor? dmean, Tensor? drstd, Tensor? dvariance = null)
    {
        var share = 1.0 / (x.Shape.ElementCount / kept.ElementCount);
        var deviation = x - mean.Reshape(kept);
        if (dmean is not null)
            dx += (dmean * share).Reshape(kept);
        if (drstd is not null)
            dx -= (drstd * rstd * rstd * rstd * share).Reshape(kept) * deviation;
        if (dvariance is not null)
            dx += (dvariance * (2 * share)).Reshape(kept) * deviation;
        return dx;
    }
}
