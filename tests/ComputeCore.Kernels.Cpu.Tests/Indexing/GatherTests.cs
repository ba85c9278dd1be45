using ComputeCore.Kernels.Cpu.Indexing;
using ComputeCore.Kernels.Cpu.Threading;
using NUnit.Framework;

namespace ComputeCore.Kernels.Cpu.Tests.Indexing;

public unsafe class GatherTests
{
    private static readonly object[][] Cases =
    [
        ["5", "9", 0], ["4 6", "4 9", 1], ["4 6", "7 6", 0], ["4 6", "3 5", 0], ["4 6", "3 5", 1],
        ["3 5 4 2", "2 5 4 2", 0], ["3 5 4 2", "3 9 4 2", 1], ["3 5 4 2", "3 9 3 1", 1], ["3 5 4 2", "1 2 9 2", 2], ["3 5 4 2", "2 3 4 9", 3],
        ["50 40 30", "50 70 30", 1], ["2 9 700", "2 40 700", 1],
    ];

    [TestCaseSource(nameof(Cases))]
    public void Gather_picks_along_the_axis(string shape, string indexShape, int axis)
    {
        Check<byte>(shape, indexShape, axis, i => (byte)i);
        Check<short>(shape, indexShape, axis, i => (short)i);
        Check<float>(shape, indexShape, axis, i => i);
        Check<long>(shape, indexShape, axis, i => i);
    }

    [TestCaseSource(nameof(Cases))]
    public void Scatter_add_adds_in_the_order_of_the_index_for_any_thread_count(string shape, string indexShape, int axis)
    {
        using var pool = new WorkerPool(3);
        var (destinationSizes, indexSizes) = (NaiveArray.Parse(shape), NaiveArray.Parse(indexShape));
        var index = RandomIndex(indexSizes, destinationSizes[axis]);
        var source = GuardedArrays.Normal(index.Length, 2);
        var destination = GuardedArrays.Normal(NaiveArray.Count(destinationSizes), 3);
        var expected = destination.Clone();
        for (var i = 0; i < index.Length; i++)
            expected[Target(i, indexSizes, destinationSizes, axis, index[i])] += source[i];

        Assert.That(ScatterAdd.Run(pool, source, index, indexSizes, axis, destination, destinationSizes), Is.EqualTo(-1));
        destination.AssertSameBits(expected);
        destination.AssertNothingWrittenAround();
    }

    [Test]
    public void The_first_index_out_of_range_is_reported([Values(-1, 6, long.MaxValue)] long bad, [Values(0, 1)] int axis)
    {
        using var pool = new WorkerPool(3);
        int[] indexShape = axis == 0 ? [60_000, 3] : [3, 60_000];
        int[] shape = axis == 0 ? [6, 3] : [3, 6];
        var index = RandomIndex(indexShape, 6);
        index[100_001] = bad;
        index[150_000] = bad;
        var values = new GuardedArray<float>(index.Length, _ => 1);
        var table = new GuardedArray<float>(18, _ => 0);
        Assert.That(Gather.Run(pool, table.Pointer, shape, index, indexShape, axis, values.Pointer, sizeof(float)), Is.EqualTo(100_001));
        Assert.That(values.Span.ToArray().Sum(), Is.EqualTo(2), "all but the two bad ones gathered a zero");
        Assert.That(ScatterAdd.Run(pool, values, index, indexShape, axis, table, shape), Is.EqualTo(100_001));
        Assert.That(table.Span.ToArray(), Is.All.Zero);
        table.AssertNothingWrittenAround();
    }

    private static void Check<T>(string shape, string indexShape, int axis, Func<int, T> value)
        where T : unmanaged
    {
        using var pool = new WorkerPool(2);
        var (sourceSizes, indexSizes) = (NaiveArray.Parse(shape), NaiveArray.Parse(indexShape));
        var source = new GuardedArray<T>(NaiveArray.Count(sourceSizes), value);
        var index = RandomIndex(indexSizes, sourceSizes[axis]);
        var destination = new GuardedArray<T>(index.Length);
        Assert.That(Gather.Run(pool, source.Pointer, sourceSizes, index, indexSizes, axis, destination.Pointer, sizeof(T)), Is.EqualTo(-1));
        for (var i = 0; i < index.Length; i++)
        {
            if (!destination[i].Equals(source[Target(i, indexSizes, sourceSizes, axis, index[i])]))
                Assert.Fail($"{typeof(T).Name} element {i}");
        }

        destination.AssertNothingWrittenAround();
    }

    private static GuardedArray<long> RandomIndex(int[] shape, int axisSize)
    {
        var random = new Random(1);
        return new(NaiveArray.Count(shape), _ => random.Next(axisSize));
    }

    private static int Target(int position, int[] indexSizes, int[] sizes, int axis, long index)
    {
        var coordinates = NaiveArray.Coordinates(position, indexSizes);
        coordinates[axis] = (int)index;
        return NaiveArray.Position(coordinates, sizes);
    }
}
