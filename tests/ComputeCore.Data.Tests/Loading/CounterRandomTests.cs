using NUnit.Framework;

namespace ComputeCore.Data.Tests.Loading;

public sealed class CounterRandomTests
{
    [Test]
    public void The_numbers_are_those_of_the_published_generator()
    {
        // The first outputs of Vigna's splitmix64.c started from 0.
        var random = new CounterRandom(0);
        Assert.That(new[] { random.Next(), random.Next(), random.Next() }, Is.EqualTo(new[] { 0xE220A8397B1DCDAFul, 0x6E789E6AA1B965F4ul, 0x06C45D188009454Ful }));
    }

    // Orders computed by another program, in Python with unbounded integers: they must never change.
    [TestCase(0ul, 0, new[] { 0, 5, 4, 7, 9, 2, 6, 3, 1, 8 })]
    [TestCase(0ul, 1, new[] { 7, 3, 2, 5, 0, 9, 8, 6, 4, 1 })]
    [TestCase(42ul, 7, new[] { 7, 4, 0, 2, 3, 5, 9, 6, 8, 1 })]
    public void An_order_follows_from_seed_and_epoch(ulong seed, int epoch, int[] expected)
    {
        var order = new SampleOrder(10, seed, isShuffled: true);
        order.Of(5);
        Assert.That(order.Of(epoch).ToArray(), Is.EqualTo(expected));
    }

    [Test]
    public void Every_order_is_a_permutation([Values(1, 2, 1000)] int count)
    {
        Assert.That(new SampleOrder(count, 3, isShuffled: true).Of(9).ToArray(), Is.EquivalentTo(Enumerable.Range(0, count)));
        Assert.That(new SampleOrder(count, 3, isShuffled: false).Of(9).ToArray(), Is.EqualTo(Enumerable.Range(0, count)));
    }

    [Test]
    public void Numbers_below_a_bound_are_equally_likely()
    {
        // Chi-squared with 6 degrees of freedom exceeds 22.5 once in a thousand.
        var random = new CounterRandom(1, 2, 3);
        var counts = new int[7];
        for (var i = 0; i < 70_000; i++)
            counts[random.Below(7)]++;
        Assert.That(counts.Sum(count => Math.Pow(count - 10_000, 2) / 10_000), Is.LessThan(22.5));
    }
}
