using ComputeCore.Formats.Safetensors;
using ComputeCore.Validation.Golden;
using NUnit.Framework;

namespace ComputeCore.Golden.Tests;

/// <summary>Nothing that the golden files hold is left out.</summary>
public sealed class CompletenessTests
{
    [Test]
    public void Every_case_has_a_computation() =>
        Assert.That(GoldenFiles.Cases.Where(golden => Computations.Of(golden) is null), Is.Empty);

    [Test]
    public void There_are_as_many_cases_as_the_files_hold()
    {
        var cases = 0;
        foreach (var path in GoldenFiles.Paths)
        {
            using var file = SafetensorsFile.Open(path);
            cases += file.Names.Select(name => name.Split('/')[0]).Distinct().Count();
        }

        Assert.That(GoldenFiles.Cases, Has.Count.EqualTo(cases).And.Count.GreaterThanOrEqualTo(809));
    }

    [Test]
    public void Every_case_has_results_to_compare_with() =>
        Assert.That(GoldenFiles.Cases.Where(golden => !golden.Results.Any()), Is.Empty);

    [Test]
    public void Every_upstream_gradient_has_gradients_to_compare_with() =>
        Assert.That(GoldenFiles.Cases.Where(golden => golden.Numbers("gradOutput").Length > 0 != golden.Numbers("gradInput").Length > 0), Is.Empty);
}
