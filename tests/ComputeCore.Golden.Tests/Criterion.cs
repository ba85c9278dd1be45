using NUnit.Framework;

namespace ComputeCore.Golden.Tests;

/// <summary>
/// When a result is right: within the tolerances of <c>torch.testing.assert_close</c> of PyTorch's result in float32, or no
/// further than that from PyTorch's result in float64. Integers and truth values are equal.
/// </summary>
internal static class Criterion
{
    private const double Relative = 1.3e-6;
    private const double Absolute = 1e-5;

    /// <summary>Fails, naming the worst element, unless every element is right.</summary>
    /// <param name="part">What the case calls the result.</param>
    /// <param name="result">The engine's result.</param>
    /// <param name="golden">What PyTorch computed.</param>
    public static void AssertRight(string part, TensorData result, GoldenCase golden)
    {
        Assert.That(result.Type, Is.EqualTo(golden[part].Type), $"the type of {part}");
        var (results, single, precise) = (result.ToDoubles(), golden[part].ToDoubles(), golden.InDoubleOf(part)?.ToDoubles());
        int[] wrong = [.. Enumerable.Range(0, results.Length).Where(i => !IsRight(results[i], single[i], precise?[i]))];
        if (wrong.Length == 0)
            return;
        var worst = wrong.MaxBy(i => double.IsNaN(results[i] - single[i]) ? double.PositiveInfinity : Math.Abs(results[i] - single[i]));
        Assert.Fail($"{part}: {wrong.Length} of {results.Length} elements are wrong; element {worst} is {results[worst]:R}, PyTorch's {single[worst]:R}, in float64 {precise?[worst]:R}");
    }

    /// <param name="result">The engine's result.</param>
    /// <param name="single">PyTorch's.</param>
    /// <param name="precise">The same computed in double; null for what is no real number.</param>
    internal static bool IsRight(double result, double single, double? precise)
    {
        if (precise is not { } truth)
            return result == single;
        // What double can hold but float can't is an infinity.
        if (double.IsInfinity((float)truth))
            truth = (float)truth;
        if (IsClose(result, single))
            return true;
        // From NaN and infinity every number is far: where PyTorch's float32 has one of them, float64 must be met instead.
        return double.IsFinite(single) ? Math.Abs(result - truth) <= Math.Abs(single - truth) : IsClose(result, truth);
    }

    private static bool IsClose(double a, double b) =>
        a == b || (double.IsNaN(a) && double.IsNaN(b)) || (double.IsFinite(b) && Math.Abs(a - b) <= Absolute + Relative * Math.Abs(b));
}
