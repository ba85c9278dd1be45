namespace ComputeCore.Validation.Golden;

/// <summary>
/// When a result is right: within the tolerances of <c>torch.testing.assert_close</c> of PyTorch's result in float32, or no
/// further than that from PyTorch's result in float64. Integers and truth values are equal.
/// </summary>
internal static class Criterion
{
    private static readonly Operations.Tolerance Tolerance = Operations.Tolerance.Float32;

    /// <summary>How far a result is from PyTorch's.</summary>
    /// <param name="part">What the case calls the result.</param>
    /// <param name="result">The engine's result.</param>
    /// <param name="golden">What PyTorch computed.</param>
    public static Deviation DeviationOf(string part, TensorData result, GoldenCase golden)
    {
        if (result.Type != golden[part].Type)
            return Deviation.OfTypes(result, golden[part], part);
        var (results, single, precise) = (result.ToDoubles(), golden[part].ToDoubles(), golden.InDoubleOf(part)?.ToDoubles());
        return Deviation.Worst(part, results, single, i => Error(results[i], single[i], precise?[i]));
    }

    /// <summary>An element's error in units of what is allowed: at most 1 is right.</summary>
    /// <param name="result">The engine's result.</param>
    /// <param name="single">PyTorch's.</param>
    /// <param name="precise">The same computed in double; null for what is no real number.</param>
    public static double Error(double result, double single, double? precise)
    {
        if (precise is not { } truth)
            return result == single ? 0 : double.PositiveInfinity;
        // What double can hold but float can't is an infinity.
        if (double.IsInfinity((float)truth))
            truth = (float)truth;
        var error = Tolerance.Error(result, single);
        if (error <= 1)
            return error;
        // From NaN and infinity every number is far: where PyTorch's float32 has one of them, float64 must be met instead.
        return Math.Min(error, double.IsFinite(single) ? Math.Abs(result - truth) / Math.Abs(single - truth) : Tolerance.Error(result, truth));
    }
}
