using ComputeCore.Devices;
using NUnit.Framework;

namespace ComputeCore.Nn.Tests.Layers;

public class BatchNormTests
{
    [Test]
    public void Running_statistics_follow_the_batches_and_are_used_outside_of_training()
    {
        using var device = Device.Open("cpu");
        var layer = new BatchNorm2d(2) { Momentum = 0.3 };
        var state = layer.State().ToDictionary(entry => entry.Name, entry => entry.Variable);
        using var train = new Function(device, inputs =>
        {
            layer.Train();
            return [layer.Forward(inputs[0])];
        });
        using var use = new Function(device, inputs =>
        {
            layer.Train(false);
            return [layer.Forward(inputs[0])];
        });

        var random = new Random(5);
        double[] mean = [0, 0], variance = [1, 1];
        for (var batch = 0; batch < 3; batch++)
        {
            // [N, C, H, W] = [4, 2, 3, 3]: 36 values in a channel.
            float[] x = [.. Enumerable.Range(0, 72).Select(i => random.NextSingle() * 4 + 10 * (i / 9 % 2))];
            var y = train.Run(TensorData.From([4, 2, 3, 3], x))[0].ToDoubles();
            for (var channel = 0; channel < 2; channel++)
            {
                double[] values = [.. x.Where((_, i) => i / 9 % 2 == channel).Select(value => (double)value)];
                var average = values.Average();
                var squares = values.Sum(value => (value - average) * (value - average));
                mean[channel] = 0.7 * mean[channel] + 0.3 * average;
                // PyTorch keeps the unbiased variance, and normalizes by the biased one.
                variance[channel] = 0.7 * variance[channel] + 0.3 * squares / 35;
                double[] expected = [.. values.Select(value => (value - average) / Math.Sqrt(squares / 36 + 1e-5))];
                Assert.That(y.Where((_, i) => i / 9 % 2 == channel), Is.EqualTo(expected).Within(1e-5));
            }
        }

        Assert.That(state["running_mean"].Read().ToDoubles(), Is.EqualTo(mean).Within(1e-5));
        Assert.That(state["running_var"].Read().ToDoubles(), Is.EqualTo(variance).Within(1e-5));
        Assert.That(state["num_batches_tracked"].Read().Item<long>(), Is.EqualTo(3));

        float[] one = [5, 6];
        var used = use.Run(TensorData.From([1, 2, 1, 1], one))[0].ToDoubles();
        Assert.That(used, Is.EqualTo(one.Select((value, c) => (value - mean[c]) / Math.Sqrt(variance[c] + 1e-5))).Within(1e-5));
        Assert.That(state["num_batches_tracked"].Read().Item<long>(), Is.EqualTo(3), "Use changes nothing.");
    }

    [Test]
    public void A_batch_of_one_value_in_a_channel_has_no_statistics()
    {
        using var device = Device.Open("cpu");
        var layer = new BatchNorm2d(2);
        using var train = new Function(device, inputs => [layer.Forward(inputs[0])]);
        Assert.That(() => train.Run(TensorData.From([1, 2, 1, 1], 1f, 2f)), Throws.InstanceOf<ShapeException>().With.Message.Contains("more than one value"));
    }
}
