using ComputeCore.Devices;
using NUnit.Framework;

namespace ComputeCore.Tests.Operations;

[TestFixture("reference")]
[TestFixture("cpu")]
public class DropoutTests(string deviceName)
{
    private static readonly TensorData Ones = TensorData.From([4000], [.. Enumerable.Repeat(1f, 4000)]);

    [Test]
    public void Elements_are_dropped_at_the_rate_and_the_others_scaled_up()
    {
        var (mask, _) = Run(1, (x, generator) => [x.Dropout(0.25, generator)]);
        Assert.That(mask[0].Distinct().Order(), Is.EqualTo((double[])[0, 4f / 3]));
        Assert.That(mask[0].Count(x => x == 0), Is.EqualTo(1000).Within(100));
    }

    [Test]
    public void The_gradient_passes_where_the_value_did()
    {
        var (results, _) = Run(2, (x, generator) => x.Dropout(0.5, generator) is var y ? [y, (y * y).Sum().Gradients(x)[0]] : []);
        Assert.That(results[1], Is.EqualTo(results[0].Select(y => 4 * y)));
    }

    [Test]
    public void Each_use_and_each_run_has_numbers_of_its_own()
    {
        var (first, second) = Run(3, (x, generator) => [x.Dropout(0.5, generator), x.Dropout(0.5, generator)]);
        double[][] all = [.. first, .. second];
        Assert.That(all.Select(values => string.Join(" ", values)).Distinct().Count(), Is.EqualTo(4));
    }

    [Test]
    public void The_same_seed_gives_the_same_numbers()
    {
        var (a, _) = Run(4, (x, generator) => [x.Dropout(0.5, generator)]);
        var (b, _) = Run(4, (x, generator) => [x.Dropout(0.5, generator)]);
        var (c, _) = Run(5, (x, generator) => [x.Dropout(0.5, generator)]);
        Assert.That(a[0], Is.EqualTo(b[0]));
        Assert.That(a[0], Is.Not.EqualTo(c[0]));
    }

    [Test]
    public void A_restored_state_continues_where_it_was()
    {
        using var device = Device.Open(deviceName);
        using var generator = new RandomGenerator(6);
        using var function = new Function(device, inputs => [inputs[0].Dropout(0.5, generator)]);
        function.Run(Ones);
        var state = generator.State.Read();
        var next = function.Run(Ones)[0].ToDoubles();
        function.Run(Ones);
        generator.State.Write(state);
        Assert.That(function.Run(Ones)[0].ToDoubles(), Is.EqualTo(next));
    }

    [Test]
    public void A_run_counts_once_however_many_uses_there_are()
    {
        using var device = Device.Open(deviceName);
        using var generator = new RandomGenerator(7);
        using var training = new Function(device, inputs => [inputs[0].Dropout(0.5, generator).Dropout(0.5, generator)]);
        using var other = new Function(device, inputs => [inputs[0].Dropout(0.1, generator)]);
        training.Run(Ones);
        other.Run(Ones);
        training.Run(Ones);
        Assert.That(generator.State.Read().ToDoubles(), Is.EqualTo((double[])[7, 3]));
    }

    private (double[][] First, double[][] Second) Run(long seed, Func<Tensor, RandomGenerator, Tensor[]> body)
    {
        using var device = Device.Open(deviceName);
        using var generator = new RandomGenerator(seed);
        using var function = new Function(device, inputs => body(inputs[0], generator));
        double[][] Results() => [.. function.Run(Ones).Select(result => result.ToDoubles())];
        return (Results(), Results());
    }
}
