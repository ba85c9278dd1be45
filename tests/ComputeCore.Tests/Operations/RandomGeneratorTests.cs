using NUnit.Framework;

namespace ComputeCore.Tests.Operations;

public class RandomGeneratorTests
{
    [Test]
    public void Uniform_numbers_fill_their_range_evenly()
    {
        using var generator = new RandomGenerator(1);
        var values = generator.Uniform([10_000], -2, 6).ToDoubles();
        Assert.That(values.Min(), Is.GreaterThanOrEqualTo(-2).And.LessThan(-1.98));
        Assert.That(values.Max(), Is.LessThanOrEqualTo(6).And.GreaterThan(5.98));
        Assert.That(values.Average(), Is.EqualTo(2).Within(0.1));
    }

    [Test]
    public void Normal_numbers_have_the_mean_and_deviation_asked_for()
    {
        using var generator = new RandomGenerator(2);
        var values = generator.Normal([10_000], 3, 0.5).ToDoubles();
        var mean = values.Average();
        Assert.That(mean, Is.EqualTo(3).Within(0.02));
        Assert.That(Math.Sqrt(values.Average(x => (x - mean) * (x - mean))), Is.EqualTo(0.5).Within(0.02));
    }

    [Test]
    public void The_same_seed_gives_the_same_numbers_and_each_call_new_ones()
    {
        using var a = new RandomGenerator(3);
        using var b = new RandomGenerator(3);
        var first = a.Uniform([8], 0, 1).ToDoubles();
        Assert.That(b.Uniform([8], 0, 1).ToDoubles(), Is.EqualTo(first));
        Assert.That(a.Uniform([8], 0, 1).ToDoubles(), Is.Not.EqualTo(first));
    }

    [Test]
    public void A_seed_out_of_range_is_refused()
    {
        Assert.That(() => new RandomGenerator(-1), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => new RandomGenerator(RandomGenerator.MaximumSeed + 1), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }
}
