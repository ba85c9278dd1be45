using System.Runtime.Intrinsics;
using ComputeCore.Kernels.Cpu.RandomNumbers;
using ComputeCore.Kernels.Cpu.Threading;
using NUnit.Framework;

namespace ComputeCore.Kernels.Cpu.Tests.RandomNumbers;

public unsafe class PhiloxTests
{
    // The file kat_vectors of the authors' Random123 distribution, lines "philox4x32 10".
    [Test]
    public void The_authors_known_answers_come_out()
    {
        Assert.That(
            Philox.Block((0u, 0, 0, 0), (0u, 0)),
            Is.EqualTo((0x6627e8d5u, 0xe169c58du, 0xbc57ac4cu, 0x9b00dbd8u)));
        Assert.That(
            Philox.Block((~0u, ~0u, ~0u, ~0u), (~0u, ~0u)),
            Is.EqualTo((0x408f276du, 0x41c83b0eu, 0xa20bc7c6u, 0x6d5451fdu)));
        Assert.That(
            Philox.Block((0x243f6a88u, 0x85a308d3, 0x13198a2e, 0x03707344), (0xa4093822u, 0x299f31d0)),
            Is.EqualTo((0xd16cfe09u, 0x94fdccebu, 0x5001e420u, 0x24126ea1u)));
    }

    // Of group 89478485 the second pair of sixteen blocks begins where the counter's low word carries.
    [Test]
    public void The_vector_version_gives_the_words_of_the_scalar_one_in_order([Values(0, 1, 89_478_485, 1L << 40)] long group)
    {
        var stream = new PhiloxStream(0x0123456789ABCDEF, 17, 42);
        var words = stackalloc uint[Philox.WordsAtOnce];
        Philox.Words(stream, group, new Writer(words));
        for (var block = 0; block < Philox.WordsAtOnce / 4; block++)
        {
            var word = words + 4 * block;
            Assert.That((word[0], word[1], word[2], word[3]), Is.EqualTo(Philox.Block(stream, (ulong)group * Philox.WordsAtOnce / 4 + (ulong)block)));
        }
    }

    [Test]
    public void Uniform_numbers_are_the_upper_24_bits_of_their_word([Values(1, 191, 192, 1000, 70_001)] int count)
    {
        using var pool = new WorkerPool(3);
        var stream = new PhiloxStream(1, 2, 3);
        var y = new GuardedArray<float>(count);
        Uniform.Fill(pool, stream, 1, 0, y, count);
        y.AssertClose([.. Enumerable.Range(0, count).Select(i => (Word(stream, i) >> 8) / (double)(1 << 24))], 0);
    }

    [Test]
    public void Normal_numbers_are_Box_Mullers_of_their_words([Values(1, 191, 1000, 70_001)] int count)
    {
        using var pool = new WorkerPool(3);
        var stream = new PhiloxStream(4, 5, 6);
        var y = new GuardedArray<float>(count);
        Normal.Fill(pool, stream, 1, 0, y, count);
        y.AssertNothingWrittenAround();
        for (var i = 0; i < count; i++)
        {
            var radius = Math.Sqrt(-2 * Math.Log((Word(stream, i & ~1) + 1.0) / 4294967296));
            var angle = 2 * Math.PI * Word(stream, i | 1) / 4294967296;
            var expected = radius * (i % 2 == 0 ? Math.Cos(angle) : Math.Sin(angle));
            Assert.That(Math.Abs(y[i] - expected), Is.LessThanOrEqualTo(Math.Abs(expected) * 6e-8 + 1e-14));
        }
    }

    [Test]
    public void Normal_numbers_have_the_moments_of_the_distribution()
    {
        const int count = 200_000;
        using var pool = new WorkerPool(2);
        var y = new GuardedArray<float>(count);
        Normal.Fill(pool, new PhiloxStream(7, 0, 0), 1, 0, y, count);
        double Moment(int power) => y.Span.ToArray().Average(v => Math.Pow(v, power));

        // Five standard errors of each moment: sqrt(variance of z^k / count), variances 1, 2, 15, 96.
        Assert.That(Moment(1), Is.EqualTo(0).Within(5 * Math.Sqrt(1.0 / count)));
        Assert.That(Moment(2), Is.EqualTo(1).Within(5 * Math.Sqrt(2.0 / count)));
        Assert.That(Moment(3), Is.EqualTo(0).Within(5 * Math.Sqrt(15.0 / count)));
        Assert.That(Moment(4), Is.EqualTo(3).Within(5 * Math.Sqrt(96.0 / count)));
    }

    [Test]
    public void Dropout_drops_its_share_evenly_and_scales_the_rest([Values(0.1f, 0.5f, 0.9f)] float rate)
    {
        const int count = 1 << 17;
        const int bins = 128;
        using var pool = new WorkerPool(2);
        var mask = new GuardedArray<float>(count, _ => 1);
        DropoutMask.Multiply(pool, new PhiloxStream(8, 1, 0), new(rate), mask, mask, count);
        var scale = new DropoutRate(rate).Scale;
        Assert.That(scale, Is.EqualTo(1 / (1 - rate)).Within(1e-4 * scale));
        Assert.That(mask.Span.ContainsAnyExcept(0, scale), Is.False);

        // Dropped elements per bin against a binomial: χ² with 128 degrees of freedom is below 200 with p > 0.99995.
        var chiSquare = 0.0;
        for (var bin = 0; bin < bins; bin++)
        {
            var dropped = mask.Span.Slice(bin * (count / bins), count / bins).Count(0f);
            var expected = count / bins * (double)rate;
            chiSquare += (dropped - expected) * (dropped - expected) / (expected * (1 - rate));
        }

        Assert.That(chiSquare, Is.InRange(70, 200));
    }

    [Test]
    public void Dropout_takes_the_half_words_in_order([Values(1, 383, 384, 385, 70_001)] int count, [Values(0.1f, 0.999f)] float rate)
    {
        using var pool = new WorkerPool(3);
        var stream = new PhiloxStream(9, 8, 7);
        var rule = new DropoutRate(rate);
        var x = new GuardedArray<float>(count, i => i + 1);
        var y = new GuardedArray<float>(count);
        DropoutMask.Multiply(pool, stream, rule, x, y, count);
        y.AssertNothingWrittenAround();
        for (var i = 0; i < count; i++)
            Assert.That(y[i], Is.EqualTo((i + 1) * rule.Factor(stream, i)), $"element {i}");

        // In place, as a compiled graph may do it.
        DropoutMask.Multiply(pool, stream, rule, x, x, count);
        x.AssertSameBits(y);
    }

    [Test]
    public void The_mean_of_a_dropout_rate_is_one()
    {
        foreach (var rate in new[] { 0f, 1e-6f, 0.1f, 1 / 3f, 0.5f, 0.999f, 0.999999f })
        {
            var rule = new DropoutRate(rate);
            Assert.That(rule.Dropped / 65536.0, Is.EqualTo(rate).Within(1 / 65536.0));
            Assert.That((65536 - rule.Dropped) / 65536.0 * rule.Scale, Is.EqualTo(1).Within(1e-7));
        }
    }

    [Test]
    public void Dropout_of_nothing_keeps_all_and_of_everything_none()
    {
        using var pool = new WorkerPool(1);
        var mask = new GuardedArray<float>(1000, _ => 1);
        DropoutMask.Multiply(pool, default, new(0), mask, mask, 1000);
        Assert.That(mask.Span.ContainsAnyExcept(1f), Is.False);
        DropoutMask.Multiply(pool, default, new(1), mask, mask, 1000);
        Assert.That(mask.Span.ContainsAnyExcept(0f), Is.False);
    }

    [Test]
    public void Seed_stream_and_step_each_change_the_numbers_and_the_thread_count_does_not()
    {
        const int count = 100_000;
        using var one = new WorkerPool(1);
        using var three = new WorkerPool(3);
        GuardedArray<float> Numbers(WorkerPool pool, PhiloxStream stream)
        {
            var y = new GuardedArray<float>(count);
            Uniform.Fill(pool, stream, 1, 0, y, count);
            return y;
        }

        var stream = new PhiloxStream(1UL << 40, 2, 3);
        var numbers = Numbers(one, stream);
        Numbers(three, stream).AssertSameBits(numbers);
        foreach (var other in new[] { stream with { Seed = 0 }, stream with { Stream = 3 }, stream with { Step = 2 } })
            Assert.That(Numbers(one, other).Span.SequenceEqual(numbers.Span), Is.False);
    }

    private static uint Word(PhiloxStream stream, int i)
    {
        var (w0, w1, w2, w3) = Philox.Block(stream, (ulong)i / 4);
        return (i % 4) switch { 0 => w0, 1 => w1, 2 => w2, _ => w3 };
    }

    private readonly struct Writer(uint* output) : IPhiloxSink
    {
        public void Take(Vector512<uint> words, int first) => words.Store(output + first);
    }
}
