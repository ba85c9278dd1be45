using ComputeCore.Operations;
using ComputeCore.Validation;
using NUnit.Framework;

namespace ComputeCore.Kernels.Tests.Mathematics;

/// <summary>Elementary functions on a device against float64: errors in units in the last place, and IEEE 754's special cases.</summary>
[TestFixtureSource(typeof(TestDevices), nameof(TestDevices.Accelerators))]
public class DeviceMathTests(string deviceName)
{
    private static readonly float[] Special =
    [
        0, -0f, 1, -1, 0.5f, 2, -2, 3, -3, 2.5f, -2.5f, float.Epsilon, -float.Epsilon, 1e-40f, 1.17549435e-38f, 3e-39f, float.MaxValue,
        float.MinValue, float.PositiveInfinity, float.NegativeInfinity, float.NaN, 88.7f, 88.8f, -87f, -103.9f, -104.1f, 16777217f, 1e30f,
    ];

    [TestCase(nameof(Exp), -105f, 90f, 1.1)]
    [TestCase(nameof(Exp), -1f, 1f, 1.1)]
    [TestCase(nameof(Log), 0f, 2f, 0.9)]
    [TestCase(nameof(Log), 0f, 1e38f, 0.9)]
    [TestCase(nameof(Log), 0f, 1e-37f, 0.9)]
    [TestCase(nameof(Tanh), -11f, 11f, 1.4)]
    [TestCase(nameof(Tanh), -1f, 1f, 1.4)]
    [TestCase(nameof(Sigmoid), -105f, 20f, 2.4)]
    [TestCase(nameof(Erf), -4.5f, 4.5f, 1.2)]
    [TestCase(nameof(Erf), -1f, 1f, 1.2)]
    public void Is_accurate(string function, float low, float high, double ulps)
    {
        var x = new float[1_000_000];
        for (var i = 0; i < x.Length; i++)
            x[i] = (float)(low + (high - (double)low) * i / (x.Length - 1));
        Check(function, x, x, ulps);
    }

    [Test]
    public void Pow_is_accurate()
    {
        var random = new Random(1);
        var x = new float[1_000_000];
        var y = new float[x.Length];
        for (var i = 0; i < x.Length; i++)
        {
            x[i] = i % 2 == 0 ? random.NextSingle() * 4 : MathF.Exp(170 * (random.NextSingle() - 0.5f));
            // Exponents that bring the result anywhere between the smallest and the largest float.
            y[i] = (float)((random.NextDouble() * 2 - 1) * 105 / Math.Abs(Math.Log(x[i])));
        }

        Check(nameof(Pow), x, y, 1.3);
    }

    [TestCase(nameof(Exp), 1.1)]
    [TestCase(nameof(Log), 0.9)]
    [TestCase(nameof(Tanh), 1.4)]
    [TestCase(nameof(Sigmoid), 2.4)]
    [TestCase(nameof(Erf), 1.2)]
    [TestCase(nameof(Pow), 1.3)]
    [TestCase(nameof(Maximum), 0)]
    [TestCase(nameof(Minimum), 0)]
    public void Special_cases_are_right(string function, double ulps)
    {
        var pairs = from x in Special from y in Special select (x, y);
        Check(function, [.. pairs.Select(pair => pair.x)], [.. pairs.Select(pair => pair.y)], ulps);
    }

    private void Check(string function, float[] x, float[] y, double ulps)
    {
        TensorData[] both = [TensorData.From([x.Length], x), TensorData.From([y.Length], y)];
        Operation operation = function switch
        {
            nameof(Exp) => new Exp(),
            nameof(Log) => new Log(),
            nameof(Tanh) => new Tanh(),
            nameof(Sigmoid) => new Sigmoid(),
            nameof(Erf) => new Erf(),
            nameof(Pow) => new Pow(),
            nameof(Maximum) => new Maximum(),
            _ => new Minimum(),
        };
        var inputs = operation is UnaryElementwise ? both[..1] : both;
        var z = Runner.Run(TestDevices.Open(deviceName), operation, inputs)[0].AsSpan<float>();

        var (worst, where) = (0.0, 0);
        for (var i = 0; i < x.Length; i++)
        {
            var error = Ulps(z[i], Truth(function, x[i], y[i]));
            if (error > worst)
                (worst, where) = (error, i);
        }

        TestContext.Out.WriteLine($"{function}: {worst:f2} ulp at ({x[where]:g9}, {y[where]:g9}) -> {z[where]:g9}");
        Assert.That(worst, Is.LessThanOrEqualTo(ulps));
    }

    private static double Truth(string function, double x, double y) => function switch
    {
        nameof(Exp) => Math.Exp(x),
        nameof(Log) => Math.Log(x),
        nameof(Tanh) => Math.Tanh(x),
        nameof(Sigmoid) => 1 / (1 + Math.Exp(-x)),
        nameof(Erf) => SpecialFunctions.Erf(x),
        nameof(Pow) => Math.Pow(x, y),
        nameof(Maximum) => Math.Max(x, y),
        _ => Math.Min(x, y),
    };

    private static double Ulps(float value, double truth)
    {
        if (double.IsNaN(truth) || double.IsInfinity((float)truth) || truth == 0)
            return value.Equals((float)truth) && (truth != 0 || float.IsNegative(value) == double.IsNegative(truth)) ? 0 : double.PositiveInfinity;
        var magnitude = MathF.Abs((float)truth);
        var ulp = (double)MathF.BitIncrement(magnitude) - magnitude;
        return double.IsInfinity(ulp) ? Math.Abs(value - truth) / Math.Pow(2, 104) : Math.Abs(value - truth) / ulp;
    }
}
