using ComputeCore.Operations;
using ComputeCore.Validation.Golden;

namespace ComputeCore.Validation;

/// <summary>The checks by what they are made from.</summary>
internal static class Suites
{
    private static readonly Dictionary<string, Func<IEnumerable<Check>>> All = new()
    {
        ["ops"] = Operations,
        ["golden"] = GoldenFiles,
        ["models"] = () => Trainings.Checks,
    };

    /// <summary>The suites' names.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. All.Keys];

    /// <summary>The checks of a suite.</summary>
    public static IReadOnlyList<Check> ChecksOf(string suite) => [.. All[suite]()];

    // Each sample's results, their bits when repeated, and its gradients.
    private static IEnumerable<Check> Operations()
    {
        var differentiable = Conformance.Differentiable.ToHashSet();
        foreach (var sample in OperationSamples.All)
        {
            var name = sample.Operation.GetType().Name;
            yield return new(name, $"{sample}", sample.Operation.Tolerance, device => Deviation.Largest([Conformance.Results(device, sample), Conformance.Repetition(device, sample)]));
            if (differentiable.Contains(sample))
                yield return new($"{name} gradient", $"{sample}", Tolerance.Float32, device => Conformance.Gradients(device, sample));
        }
    }

    private static IEnumerable<Check> GoldenFiles() => Golden.GoldenFiles.Cases.Select(golden =>
        new Check($"{golden.Family}/{golden.Operation}", golden.Name, Tolerance.Float32, device => Deviation.Largest(Computations.Check(device, golden))));
}
