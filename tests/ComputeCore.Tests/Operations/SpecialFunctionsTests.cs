using ComputeCore.Operations;
using NUnit.Framework;

namespace ComputeCore.Tests.Operations;

public class SpecialFunctionsTests
{
    // Computed with mpmath at 40 digits.
    [TestCase(1e-10, 1.1283791670955126e-10)]
    [TestCase(0.1, 0.1124629160182849)]
    [TestCase(-0.5, -0.5204998778130465)]
    [TestCase(1, 0.8427007929497149)]
    [TestCase(2, 0.9953222650189527)]
    [TestCase(2.4999, 0.9995928300996666)]
    [TestCase(2.5, 0.999593047982555)]
    [TestCase(-3, -0.9999779095030014)]
    [TestCase(5, 0.9999999999984626)]
    [TestCase(double.PositiveInfinity, 1)]
    [TestCase(0, 0)]
    public void The_error_function_is_right_to_15_digits(double x, double erf) =>
        Assert.That(SpecialFunctions.Erf(x), Is.EqualTo(erf).Within(1e-15 * Math.Abs(erf)));

    [TestCase(-1, 1.8427007929497148)]
    [TestCase(0.5, 0.4795001221869535)]
    [TestCase(2.5, 0.0004069520174449589)]
    [TestCase(5, 1.537459794428035e-12)]
    [TestCase(26, 5.663192408856143e-296)]
    public void Its_complement_does_not_cancel(double x, double erfc) =>
        Assert.That(SpecialFunctions.Erfc(x), Is.EqualTo(erfc).Within(1e-13 * erfc));
}
