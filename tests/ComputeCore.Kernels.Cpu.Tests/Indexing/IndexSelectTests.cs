using ComputeCore.Kernels.Cpu.Indexing;
using ComputeCore.Kernels.Cpu.Threading;
using NUnit.Framework;

namespace ComputeCore.Kernels.Cpu.Tests.Indexing;

public unsafe class IndexSelectTests
{
    [Test]
    public void Rows_are_selected_and_their_gradients_added_in_order(
        [Values("1 10 40 1", "1 50 300 768", "3 5 7 33", "2 9 2000 16")] string sizes)
    {
        using var pool = new WorkerPool(3);
        var parsed = NaiveArray.Parse(sizes);
        var (outer, axisSize, count, inner) = (parsed[0], parsed[1], parsed[2], parsed[3]);
        var random = new Random(1);
        var index = new GuardedArray<long>(count, _ => random.Next(axisSize));
        var table = GuardedArrays.Normal(outer * axisSize * inner, 2);
        var rows = new GuardedArray<float>(outer * count * inner);
        int Target(int i) => (i / (count * inner) * axisSize + (int)index[i / inner % count]) * inner + i % inner;

        Assert.That(IndexSelect.Run(pool, table.Pointer, index, rows.Pointer, outer, axisSize, count, inner, sizeof(float)), Is.EqualTo(-1));
        rows.AssertClose([.. Enumerable.Range(0, rows.Length).Select(i => (double)table[Target(i)])], 0);

        var gradient = GuardedArrays.Normal(rows.Length, 3);
        var expected = table.Clone();
        for (var i = 0; i < rows.Length; i++)
            expected[Target(i)] += gradient[i];
        Assert.That(IndexSelect.Add(pool, gradient, index, table, outer, axisSize, count, inner), Is.EqualTo(-1));
        table.AssertSameBits(expected);
        table.AssertNothingWrittenAround();
    }

    [Test]
    public void Elements_of_one_and_two_bytes_are_selected_too([Values(1, 2)] int elementSize)
    {
        using var pool = new WorkerPool(1);
        var table = new GuardedArray<byte>(10 * elementSize, i => (byte)i);
        var index = new GuardedArray<long>(9, 0, 3);
        var rows = new GuardedArray<byte>(3 * elementSize);
        IndexSelect.Run(pool, table.Pointer, index, rows.Pointer, 1, 10, 3, 1, elementSize);
        Assert.That(rows.Span.ToArray(), Is.EqualTo(new[] { 9, 0, 3 }.SelectMany(r => Enumerable.Range(r * elementSize, elementSize))));
        rows.AssertNothingWrittenAround();
    }

    [Test]
    public void An_index_out_of_range_is_reported_and_nothing_is_written([Values(-1, 4)] long bad)
    {
        using var pool = new WorkerPool(1);
        var index = new GuardedArray<long>(1, 3, bad, 0, bad);
        var table = new GuardedArray<float>(4 * 2, _ => 0);
        var rows = new GuardedArray<float>(5 * 2, _ => 1);
        Assert.That(IndexSelect.Run(pool, table.Pointer, index, rows.Pointer, 1, 4, 5, 2, sizeof(float)), Is.EqualTo(2));
        Assert.That(IndexSelect.Add(pool, rows, index, table, 1, 4, 5, 2), Is.EqualTo(2));
        Assert.That(rows.Span.ToArray(), Is.All.EqualTo(1));
        Assert.That(table.Span.ToArray(), Is.All.EqualTo(0));
    }

    [Test]
    public void One_hot_rows_have_a_single_one_and_bad_classes_are_reported()
    {
        using var pool = new WorkerPool(2);
        var index = new GuardedArray<long>(5000, i => i % 7);
        var rows = new GuardedArray<float>(5000 * 7);
        Assert.That(OneHot.Run(pool, index, rows, 5000, 7), Is.EqualTo(-1));
        rows.AssertClose([.. Enumerable.Range(0, rows.Length).Select(i => i % 7 == i / 7 % 7 ? 1.0 : 0)], 0);
        index[4000] = 7;
        index[3000] = -1;
        Assert.That(OneHot.Run(pool, index, rows, 5000, 7), Is.EqualTo(3000));
    }
}
