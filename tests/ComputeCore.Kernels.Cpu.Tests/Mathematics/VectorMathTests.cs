using System.Runtime.Intrinsics;
using ComputeCore.Kernels.Cpu.Mathematics;
using NUnit.Framework;

namespace ComputeCore.Kernels.Cpu.Tests.Mathematics;

public class VectorMathTests
{
    // A prime step through all bit patterns: every exponent, both signs, denormals, NaN; about 430,000 values.
    private const uint Step = 9973;

    private static readonly float[] SpecialValues =
    [
        0f, -0f, 1f, -1f, 0.5f, -0.5f, 2f, -2f, 3f, -3f, 2.5f, -2.5f, 0.99999994f, 1.0000001f, float.Epsilon, -float.Epsilon,
        1.17549435e-38f, 1.1754942e-38f, float.MaxValue, float.MinValue, float.PositiveInfinity, float.NegativeInfinity, float.NaN,
        16777215f, 16777216f, -16777215f, -8388607.5f, 88.72284f, -87.33655f, -103.97f,
    ];

    [Test]
    public void Exp_is_within_one_ulp_for_every_kind_of_float() => AssertAccurate(VectorMath.Exp, Math.Exp, 1);

    [Test]
    public void Log_is_within_one_ulp_for_every_kind_of_float() => AssertAccurate(VectorMath.Log, Math.Log, 1);

    [Test]
    public void Tanh_is_within_one_and_a_half_ulp_for_every_kind_of_float() => AssertAccurate(VectorMath.Tanh, Math.Tanh, 1.5);

    [Test]
    public void Sigmoid_is_within_two_and_a_half_ulp_for_every_kind_of_float() => AssertAccurate(VectorMath.Sigmoid, Reference.Sigmoid, 2.5);

    [Test]
    public void Erf_is_within_one_and_a_quarter_ulp_for_every_kind_of_float() => AssertAccurate(VectorMath.Erf, Reference.Erf, 1.25);

    [Test]
    public void Factors_of_gelu_and_their_slopes_are_as_right_as_stated()
    {
        AssertSigmoidal(VectorMath.NormalDistribution, Reference.NormalDistribution, 5.5e-8, 2.5e-8, 2e-9, 0);
        AssertSigmoidal(VectorMath.GeluSlope, x => Reference.NormalDistribution(x) + x * Math.Exp(-x * x / 2) / Math.Sqrt(2 * Math.PI), 7.1e-8, 7.1e-8, 7.1e-8, float.NaN);
        AssertSigmoidal(VectorMath.NormalDistributionByTanh, x => 1 / (1 + Math.Exp(-2 * TanhArgument(x))), 5.7e-8, 3.1e-8, 2e-9, 0);
        AssertSigmoidal(VectorMath.GeluTanhSlope, x =>
        {
            var below = 1 / (1 + Math.Exp(2 * TanhArgument(x)));
            return 1 - below + 2 * x * below * (1 - below) * Math.Sqrt(2 / Math.PI) * (1 + 3 * 0.044715 * x * x);
        }, 7.2e-8, 7.1e-8, 7.1e-8, float.NaN);

        static double TanhArgument(double x) => Math.Sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x);
    }

    [Test]
    public void Terms_of_a_softmax_are_within_1_7_ulp_or_zero()
    {
        for (var first = 88f; first > -87; first -= 0.0037f)
        {
            var x = Vector512.Min(Vector512.Create(88f), Vector512.Create(first) + Vector512.ConvertToSingle(Vector512<int>.Indices) * 0.0005f);
            var y = VectorMath.ExpOrZero(x);
            for (var lane = 0; lane < 16; lane++)
            {
                var exact = Math.Exp(x[lane]);
                Assert.That(y[lane], Is.EqualTo(exact).Within(1.7 * Math.ScaleB(1, Math.ILogB(exact) - 23)), $"exp({x[lane]:R})");
            }
        }

        float[] specials = [-87, MathF.BitDecrement(-87), -100, float.NegativeInfinity, float.NaN, -0f, 0, float.MinValue, -float.Epsilon];
        float[] expected = [MathF.Exp(-87), 0, 0, 0, float.NaN, 1, 1, 0, 1];
        for (var i = 0; i < specials.Length; i++)
            Assert.That(VectorMath.ExpOrZero(Vector512.Create(specials[i]))[3], Is.EqualTo(expected[i]).Within(1e-44), $"exp({specials[i]:R})");
    }

    [Test]
    public void A_sum_of_exponentials_is_that_of_exact_ones()
    {
        for (var first = 0f; first > -120; first -= 0.37f)
        {
            var x = Vector512.Create(first) - Vector512.ConvertToSingle(Vector512<int>.Indices) * 0.021f;
            var sums = VectorMath.AddExp(x, Vector512<float>.One);
            for (var lane = 0; lane < 16; lane++)
                Assert.That(sums[lane], Is.EqualTo(1 + Math.Exp(x[lane])).Within(1.5e-7), $"1 + exp({x[lane]})");
        }

        Assert.That(VectorMath.AddExp(Vector512.Create(float.NegativeInfinity), Vector512<float>.One)[0], Is.EqualTo(1));
        Assert.That(VectorMath.AddExp(Vector512.Create(BitConverter.Int32BitsToSingle(0x7fc00001)), Vector512<float>.One)[0], Is.NaN);
    }

    [Test]
    public void Pow_is_correctly_rounded_but_for_near_ties()
    {
        float[] exponents = [2f, 0.5f, -1f, 3f, 2.7f, -0.3333f, 17f, 1e-3f, -100.5f];
        foreach (var exponent in exponents)
            AssertAccurate(x => VectorMath.Pow(x, Vector512.Create(exponent)), x => Math.Pow(x, exponent), 0.5001, 16 * Step);
    }

    [Test]
    public void Pow_has_the_special_cases_of_the_standard()
    {
        foreach (var x in SpecialValues)
        {
            foreach (var y in SpecialValues)
            {
                var actual = VectorMath.Pow(Vector512.Create(x), Vector512.Create(y))[7];
                Assert.That(Reference.Ulps(actual, Math.Pow(x, y)), Is.LessThan(0.5001), $"pow({x:R}, {y:R}) = {actual:R}, expected {Math.Pow(x, y):R}");
            }
        }
    }

    [Test]
    public void A_lane_does_not_depend_on_its_neighbours()
    {
        Func<Vector512<float>, Vector512<float>>[] functions =
            [VectorMath.Exp, VectorMath.Log, VectorMath.Tanh, VectorMath.Sigmoid, VectorMath.Erf, VectorMath.NormalDistribution, VectorMath.GeluTanhSlope, x => VectorMath.Pow(x, Vector512.Create(1.5f))];
        foreach (var function in functions)
        {
            for (var i = 0; i + 16 <= SpecialValues.Length; i++)
            {
                var vector = Vector512.Create<float>(SpecialValues.AsSpan(i, 16));
                var together = function(vector);
                for (var lane = 0; lane < 16; lane++)
                    Assert.That(BitConverter.SingleToInt32Bits(together[lane]), Is.EqualTo(BitConverter.SingleToInt32Bits(function(Vector512.Create(vector[lane]))[0])).Or.Matches<int>(bits => float.IsNaN(BitConverter.Int32BitsToSingle(bits))));
            }
        }
    }

    private static void AssertSigmoidal(
        Func<Vector512<float>, Vector512<float>> function, Func<double, double> reference, double above, double below, double tail, float atInfinity)
    {
        for (var x = -20f; x <= 20; x += 1f / 1024)
            Assert.That(function(Vector512.Create(x))[3], Is.EqualTo(reference(x)).Within(x >= 0 ? above : x >= -3 ? below : tail), $"at {x}");
        Assert.That(function(Vector512.Create(float.NegativeInfinity))[0], Is.EqualTo(atInfinity));
        Assert.That(function(Vector512.Create(float.PositiveInfinity))[0], Is.EqualTo(1 - atInfinity));
        Assert.That(function(Vector512.Create(float.NaN))[0], Is.NaN);
        Assert.That(function(Vector512.Create(-0f))[0], Is.EqualTo(0.5));
    }

    private static void AssertAccurate(Func<Vector512<float>, Vector512<float>> function, Func<double, double> reference, double tolerance, uint step = Step)
    {
        var worst = 0.0;
        var worstAt = 0f;
        var values = new float[16];
        foreach (var x in SpecialValues)
            Measure(function(Vector512.Create(x))[0], x);
        for (var bits = 0UL; bits < 1UL << 32; bits += 16 * step)
        {
            for (var lane = 0U; lane < 16; lane++)
                values[lane] = BitConverter.UInt32BitsToSingle((uint)(bits + (lane * step)));
            var results = function(Vector512.Create(values));
            for (var lane = 0; lane < 16; lane++)
                Measure(results[lane], values[lane]);
        }

        TestContext.Out.WriteLine($"worst {worst:F3} ulp at {worstAt:R}");
        Assert.That(worst, Is.LessThanOrEqualTo(tolerance), $"at {worstAt:R}");

        void Measure(float actual, float x)
        {
            var distance = Reference.Ulps(actual, reference(x));
            if (distance > worst)
                (worst, worstAt) = (distance, x);
        }
    }
}
