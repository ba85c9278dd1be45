namespace ComputeCore.Operations;

/// <summary>How far a result may be from the truth: |result - truth| ≤ Absolute + Relative · |truth|.</summary>
/// <param name="Relative">The share of the true value's magnitude.</param>
/// <param name="Absolute">The part that does not depend on the value.</param>
public readonly record struct Tolerance(double Relative, double Absolute)
{
    /// <summary>PyTorch's own for f32 (torch.testing.assert_close): 1.3e-6 and 1e-5.</summary>
    public static Tolerance Float32 { get; } = new(1.3e-6, 1e-5);

    /// <summary>Results that are the same bits on every device: copies, comparisons, integers.</summary>
    public static Tolerance Exact { get; }

    /// <summary>The error of a result in units of what is allowed: at most 1 passes. NaN matches NaN, infinities match themselves.</summary>
    public double Error(double result, double truth)
    {
        if (result.Equals(truth))
            return 0;
        var allowed = Absolute + Relative * Math.Abs(truth);
        var error = Math.Abs(result - truth) / allowed;
        return double.IsNaN(error) ? double.PositiveInfinity : error;
    }
}
