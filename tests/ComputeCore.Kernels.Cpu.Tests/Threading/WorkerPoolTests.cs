using ComputeCore.Kernels.Cpu.Threading;
using NUnit.Framework;

namespace ComputeCore.Kernels.Cpu.Tests.Threading;

public unsafe class WorkerPoolTests
{
    [Test]
    public void Every_index_runs_exactly_once_in_loops_of_any_length([Values(1, 2, 3, 5)] int workers)
    {
        using var pool = new WorkerPool(workers);
        var counts = stackalloc int[1000];
        for (var length = 0; length <= 1000; length += 37)
        {
            new Span<int>(counts, 1000).Clear();
            pool.For(length, new Count { Counts = counts });
            for (var i = 0; i < 1000; i++)
                Assert.That(counts[i], Is.EqualTo(i < length ? 1 : 0));
        }
    }

    [Test]
    public void A_loop_allocates_nothing()
    {
        using var pool = new WorkerPool(2);
        var counts = stackalloc int[64];
        pool.For(64, new Count { Counts = counts });
        var before = GC.GetTotalAllocatedBytes(precise: true);
        for (var i = 0; i < 100; i++)
            pool.For(64, new Count { Counts = counts });
        Assert.That(GC.GetTotalAllocatedBytes(precise: true) - before, Is.LessThan(1024));
    }

    private struct Count : IParallelBody
    {
        public int* Counts;

        public readonly void Run(int index, int worker) => Interlocked.Increment(ref Counts[index]);
    }
}
