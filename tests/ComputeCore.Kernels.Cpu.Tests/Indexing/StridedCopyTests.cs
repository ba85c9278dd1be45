using ComputeCore.Kernels.Cpu.Indexing;
using ComputeCore.Kernels.Cpu.Threading;
using NUnit.Framework;

namespace ComputeCore.Kernels.Cpu.Tests.Indexing;

public unsafe class StridedCopyTests
{
    private const float Padding = 7;

    [TestCase("", "")]
    [TestCase("5", "0")]
    [TestCase("1 1", "1 0")]
    [TestCase("37 51", "1 0")]
    [TestCase("64 64", "1 0")]
    [TestCase("16 8", "1 0")]
    [TestCase("3 2000", "1 0")]
    [TestCase("2000 3", "1 0")]
    [TestCase("300 257", "1 0")]
    [TestCase("2 7 5 16", "0 2 1 3")]
    [TestCase("2 7 5 16", "0 2 3 1")]
    [TestCase("2 7 5 16", "3 2 1 0")]
    [TestCase("4 33 18 3", "0 3 1 2")]
    [TestCase("4 3 33 18", "0 2 3 1")]
    [TestCase("2 3 2 3 2 3 2 3", "7 5 3 1 6 4 2 0")]
    [TestCase("2 3 2 3 2 3 2 3", "1 0 3 2 5 4 7 6")]
    [TestCase("3 0 4", "2 1 0")]
    public void A_permutation_moves_every_element_of_every_size(string shape, string order)
    {
        var source = NaiveArray.Parse(shape);
        var axes = NaiveArray.Parse(order);
        var strides = NaiveArray.Strides(source);
        Check(source, 0, [.. axes.Select(a => strides[a])], [.. axes.Select(a => source[a])]);
    }

    [TestCase("40 50", 1234L, "-50 -1", "10 20")]
    [TestCase("40 50", 3L, "100 2", "20 23")]
    [TestCase("40 50", 1999L, "-50 -3", "40 16")]
    [TestCase("6 5 4", 0L, "20 4 0", "6 5 33")]
    [TestCase("5", 0L, "0 1", "300 5")]
    [TestCase("1", 0L, "0 0", "30 5")]
    [TestCase("7 9", 6L, "9 0 -1", "7 3 7")]
    [TestCase("100000", 99_999L, "-1", "100000")]
    [TestCase("100000", 0L, "1", "100000")]
    public void Slices_reversals_and_broadcasts_are_strides(string source, long origin, string strides, string shape) =>
        Check(NaiveArray.Parse(source), origin, Array.ConvertAll(strides.Split(' '), long.Parse), NaiveArray.Parse(shape));

    [Test]
    public void The_destination_may_be_a_part_of_a_larger_array([Values(1, 2)] int step)
    {
        using var pool = new WorkerPool(2);
        var source = new GuardedArray<int>(6 * 7, i => i + 1);
        var destination = new GuardedArray<int>(20 * 30, _ => 0);
        StridedCopy.Run(pool, source.Pointer, [7, 1], destination.Pointer + 3 * 30 + 4, [60, step], [6, 7], sizeof(int));
        for (var i = 0; i < destination.Length; i++)
        {
            var (row, column) = (i / 30 - 3, i % 30 - 4);
            var inside = row >= 0 && column >= 0 && row % 2 == 0 && column % step == 0 && row / 2 < 6 && column / step < 7;
            Assert.That(destination[i], Is.EqualTo(inside ? source[row / 2 * 7 + column / step] : 0));
        }
    }

    [TestCase("3 4", "1 2", "2 0")]
    [TestCase("5", "0", "0")]
    [TestCase("2 3 28 28", "0 0 1 1", "0 0 1 1")]
    public void Padding_surrounds_the_source_with_the_value(string shape, string before, string after)
    {
        using var pool = new WorkerPool(2);
        var (sizes, front, back) = (NaiveArray.Parse(shape), NaiveArray.Parse(before), NaiveArray.Parse(after));
        int[] padded = [.. sizes.Select((n, i) => front[i] + n + back[i])];
        var source = GuardedArrays.Normal(NaiveArray.Count(sizes), 1);
        var destination = new GuardedArray<float>(NaiveArray.Count(padded));
        var value = Padding;
        Pad.Run(pool, source.Pointer, sizes, front, back, &value, destination.Pointer, sizeof(float));
        destination.AssertClose(
            [.. Enumerable.Range(0, destination.Length).Select(i =>
            {
                int[] inside = [.. NaiveArray.Coordinates(i, padded).Select((c, axis) => c - front[axis])];
                return inside.Where((c, axis) => c < 0 || c >= sizes[axis]).Any() ? Padding : source[NaiveArray.Position(inside, sizes)];
            })],
            0);
    }

    [Test]
    public void Concatenation_joins_along_the_axis([Values(1, 6)] int outer, [Values(1, 500)] int inner)
    {
        using var pool = new WorkerPool(2);
        int[] sizes = [3, 1, 40];
        var sources = sizes.Select((n, s) => new GuardedArray<long>(outer * n * inner, i => 1_000_000 * s + i)).ToArray();
        var destination = new GuardedArray<long>(outer * 44 * inner);
        var pointers = stackalloc void*[3];
        for (var s = 0; s < 3; s++)
            pointers[s] = sources[s].Pointer;
        Concatenate.Run(pool, pointers, sizes, destination.Pointer, outer, inner, sizeof(long));

        var expected = Enumerable.Range(0, outer).SelectMany(o =>
            sources.SelectMany((source, s) => source.Span.Slice(o * sizes[s] * inner, sizes[s] * inner).ToArray()));
        Assert.That(destination.Span.ToArray(), Is.EqualTo(expected.ToArray()));
        destination.AssertNothingWrittenAround();
    }

    private static void Check(int[] sourceShape, long origin, long[] strides, int[] shape)
    {
        Check<byte>(sourceShape, origin, strides, shape, i => (byte)(i * 7));
        Check<short>(sourceShape, origin, strides, shape, i => (short)(i * 7));
        Check<float>(sourceShape, origin, strides, shape, i => i);
        Check<double>(sourceShape, origin, strides, shape, i => i);
    }

    private static void Check<T>(int[] sourceShape, long origin, long[] strides, int[] shape, Func<int, T> value)
        where T : unmanaged
    {
        using var pool = new WorkerPool(2);
        var source = new GuardedArray<T>(NaiveArray.Count(sourceShape), value);
        var destination = new GuardedArray<T>(NaiveArray.Count(shape));
        StridedCopy.Run(pool, source.Pointer + origin, strides, destination.Pointer, NaiveArray.Strides(shape), shape, sizeof(T));
        for (var i = 0; i < destination.Length; i++)
        {
            var position = origin + NaiveArray.Coordinates(i, shape).Zip(strides, (c, s) => c * s).Sum();
            if (!destination[i].Equals(source[(int)position]))
                Assert.Fail($"{typeof(T).Name} element {i}: {destination[i]}, expected {source[(int)position]}");
        }

        destination.AssertNothingWrittenAround();
    }
}
