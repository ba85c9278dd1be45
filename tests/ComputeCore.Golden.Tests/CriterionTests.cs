using ComputeCore.Validation.Golden;
using NUnit.Framework;

namespace ComputeCore.Golden.Tests;

public sealed class CriterionTests
{
    private const double Infinity = double.PositiveInfinity;

    [TestCase(1, 1 + 1.1e-5, 2, ExpectedResult = true, TestName = "Within the tolerance of PyTorch")]
    [TestCase(1, 1 + 1.2e-5, 1 + 1e-5, ExpectedResult = false, TestName = "Neither within the tolerance nor nearer to float64")]
    [TestCase(1, 1.5, 1.25, ExpectedResult = true, TestName = "As near to float64 as PyTorch")]
    [TestCase(double.NaN, double.NaN, double.NaN, ExpectedResult = true, TestName = "NaN is NaN")]
    [TestCase(0, double.NaN, double.NaN, ExpectedResult = false, TestName = "A number is not NaN")]
    [TestCase(double.NaN, 0, 0, ExpectedResult = false, TestName = "NaN is no number")]
    [TestCase(Infinity, Infinity, 1e39, ExpectedResult = true, TestName = "Beyond float's range is infinity")]
    [TestCase(3e38, Infinity, 1e39, ExpectedResult = false, TestName = "A number is not infinity")]
    [TestCase(1, Infinity, 1, ExpectedResult = true, TestName = "PyTorch's overflow need not be repeated")]
    [TestCase(2, Infinity, 1, ExpectedResult = false, TestName = "PyTorch's overflow excuses nothing")]
    [TestCase(-Infinity, Infinity, Infinity, ExpectedResult = false, TestName = "Infinities have signs")]
    public bool A_result_is_right(double result, double single, double precise) => Criterion.Error(result, single, precise) <= 1;

    [Test]
    public void Integers_are_equal() => Assert.That(Criterion.Error(1e9 + 1, 1e9, null), Is.GreaterThan(1));
}
