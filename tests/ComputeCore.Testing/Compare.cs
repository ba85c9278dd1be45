using ComputeCore.Operations;

namespace ComputeCore.Testing;

/// <summary>Comparisons of tensors within a tolerance.</summary>
internal static class Compare
{
    /// <summary>The largest error in units of what the tolerance allows: at most 1 passes.</summary>
    public static (double Error, int Element) WorstError(TensorData result, TensorData truth, Tolerance tolerance)
    {
        var (results, truths) = (result.ToDoubles(), truth.ToDoubles());
        var worst = (Error: 0.0, Element: 0);
        for (var i = 0; i < results.Length; i++)
            if (tolerance.Error(results[i], truths[i]) is var error && error > worst.Error)
                worst = (error, i);
        return worst;
    }

    /// <summary>Throws with the worst element when two tensors differ in type or by more than the tolerance.</summary>
    public static void AssertClose(TensorData result, TensorData truth, Tolerance tolerance, string what)
    {
        if (result.Type != truth.Type)
            throw new InvalidOperationException($"{what} is {result.Type}, but should be {truth.Type}.");
        var (error, element) = WorstError(result, truth, tolerance);
        if (error > 1)
            throw new InvalidOperationException($"{what} is {result.ToDoubles()[element]:R} at element {element}, but should be {truth.ToDoubles()[element]:R}: {error:F1} times the tolerance.");
    }
}
