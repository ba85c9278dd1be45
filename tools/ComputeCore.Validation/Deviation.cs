using ComputeCore.Operations;

namespace ComputeCore.Validation;

/// <summary>How far a result is from what it should be.</summary>
/// <param name="Error">The largest error in units of what is allowed: at most 1 is right.</param>
/// <param name="Message">What differs most, and where.</param>
internal sealed record Deviation(double Error, string Message)
{
    /// <summary>Whether the result is right.</summary>
    public bool IsAllowed => Error <= 1;

    /// <summary>The difference of a tensor from the truth.</summary>
    public static Deviation Of(TensorData result, TensorData truth, Tolerance tolerance, string what)
    {
        if (result.Type != truth.Type)
            return OfTypes(result, truth, what);
        var (results, truths) = (result.ToDoubles(), truth.ToDoubles());
        return Worst(what, results, truths, i => tolerance.Error(results[i], truths[i]));
    }

    /// <summary>A tensor of a type that it should not have.</summary>
    public static Deviation OfTypes(TensorData result, TensorData truth, string what) =>
        new(double.PositiveInfinity, $"{what} is {result.Type}, but should be {truth.Type}.");

    /// <summary>The difference at the element with the largest error.</summary>
    /// <param name="what">The tensor's name.</param>
    /// <param name="results">What was computed.</param>
    /// <param name="truths">What is right.</param>
    /// <param name="error">An element's error in units of what is allowed.</param>
    public static Deviation Worst(string what, double[] results, double[] truths, Func<int, double> error)
    {
        var (worst, element) = (0.0, 0);
        for (var i = 0; i < results.Length; i++)
            if (error(i) is var e && e > worst)
                (worst, element) = (e, i);
        return worst == 0
            ? new(0, $"{what} is right.")
            : new(worst, $"{what} is {results[element]:R} at element {element}, but should be {truths[element]:R}: {worst:F1} times the tolerance.");
    }

    /// <summary>The larger one of several.</summary>
    public static Deviation Largest(IEnumerable<Deviation> deviations) => deviations.MaxBy(deviation => deviation.Error)!;

    /// <summary>Throws unless the result is right.</summary>
    public void Require()
    {
        if (!IsAllowed)
            throw new InvalidOperationException(Message);
    }
}
