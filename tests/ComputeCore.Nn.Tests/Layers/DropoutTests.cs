using ComputeCore.Devices;
using NUnit.Framework;

namespace ComputeCore.Nn.Tests.Layers;

public class DropoutTests
{
    [Test]
    public void Training_drops_the_given_share_scales_the_rest_and_draws_anew_in_each_run()
    {
        using var device = Device.Open("cpu");
        using var random = new RandomGenerator(3);
        var dropout = new Dropout(0.25, random);
        using var function = new Function(device, inputs => [dropout.Forward(inputs[0])]);
        var ones = TensorData.From([10_000], Enumerable.Repeat(1f, 10_000).ToArray());

        var first = function.Run(ones)[0].AsSpan<float>().ToArray();
        var second = function.Run(ones)[0].AsSpan<float>().ToArray();
        Assert.That(first.Distinct().Order(), Is.EqualTo(new[] { 0, 1 / 0.75f }).Within(1e-6));
        // Five standard deviations of a binomial distribution.
        Assert.That(first.Count(value => value == 0), Is.EqualTo(2500).Within(5 * Math.Sqrt(10_000 * 0.25 * 0.75)));
        Assert.That(second, Is.Not.EqualTo(first));
    }

    [Test]
    public void In_use_nothing_is_dropped()
    {
        using var device = Device.Open("cpu");
        using var random = new RandomGenerator(3);
        var dropout = new Dropout(0.25, random);
        dropout.Train(false);
        using var function = new Function(device, inputs => [dropout.Forward(inputs[0])]);
        var values = TensorData.From([100], Enumerable.Range(0, 100).Select(i => i - 50f).ToArray());
        Assert.That(function.Run(values)[0].ToDoubles(), Is.EqualTo(values.ToDoubles()));
        Assert.That(random.State.Read().ToDoubles(), Is.EqualTo(new[] { 3.0, 0 }), "No random numbers are used up.");
    }
}
