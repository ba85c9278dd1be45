using System.Reflection;
using ComputeCore.Kernels.Cpu.Threading;
using NUnit.Framework;

namespace ComputeCore.Kernels.Cpu.Tests.Threading;

public unsafe class WorkerPoolTests
{
    [Test]
    public void Bodies_that_are_compiled_fully_are_compiled_by_themselves()
    {
        var inlined = typeof(IParallelBody).Assembly.GetTypes()
            .Where(type => type.IsValueType && type.GetInterfaces().Contains(typeof(IParallelBody)))
            .Select(type => type.GetMethod(nameof(IParallelBody.Run), [typeof(int), typeof(int)])!)
            .Where(run => run.MethodImplementationFlags.HasFlag(MethodImplAttributes.AggressiveOptimization) && !run.MethodImplementationFlags.HasFlag(MethodImplAttributes.NoInlining))
            .Select(run => run.DeclaringType!.FullName);
        Assert.That(inlined, Is.Empty);
    }

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
        // Of this thread: the test host allocates on others meanwhile. A whole step is measured in a process of its own.
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
            pool.For(64, new Count { Counts = counts });
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
    }

    [Test]
    public void More_workers_than_processors_lose_no_index_in_thousands_of_loops()
    {
        using var pool = new WorkerPool(2 * Environment.ProcessorCount + 1);
        var counts = stackalloc int[7];
        new Span<int>(counts, 7).Clear();
        const int loops = 20_000;
        for (var i = 0; i < loops; i++)
            pool.For(7, new Count { Counts = counts });
        for (var i = 0; i < 7; i++)
            Assert.That(counts[i], Is.EqualTo(loops));
    }

    // A ticket holds the lowest 24 bits of a loop's number. Of two indices the first of three workers has none.
    [Test]
    public void Loops_go_on_when_their_number_outgrows_a_ticket([Values(1L << 20, 1L << 23, 1L << 24, 1L << 40)] long number)
    {
        using var pool = new WorkerPool(3, number - 50);
        var counts = stackalloc int[1000];
        for (var i = 0; i < 100; i++)
        {
            var length = i % 10 == 9 ? 1000 : 2;
            new Span<int>(counts, 1000).Clear();
            pool.For(length, new Count { Counts = counts });
            for (var j = 0; j < 1000; j++)
                Assert.That(counts[j], Is.EqualTo(j < length ? 1 : 0));
        }
    }

    [Test]
    public void Workers_that_fell_asleep_come_back()
    {
        using var pool = new WorkerPool(2);
        var workers = stackalloc int[2];
        var counts = stackalloc int[1000];
        for (var i = 0; i < 5; i++)
        {
            Thread.Sleep(5);
            new Span<int>(counts, 1000).Clear();
            pool.For(1000, new Slow { Counts = counts, Workers = workers });
            for (var j = 0; j < 1000; j++)
                Assert.That(counts[j], Is.EqualTo(1));
        }

        Assert.That(workers[1], Is.GreaterThan(0));
    }

    [Test]
    public void An_exception_in_any_index_reaches_the_caller_after_the_loop([Values(0, 57, 99)] int failing)
    {
        using var pool = new WorkerPool(2);
        var counts = stackalloc int[100];
        new Span<int>(counts, 100).Clear();
        var loop = new Failing { Counts = counts, At = failing };
        Exception? caught = null;
        try
        {
            pool.For(100, loop);
        }
        catch (InvalidOperationException e)
        {
            caught = e.InnerException;
        }

        Assert.That(caught, Is.TypeOf<ArithmeticException>());
        for (var i = 0; i < 100; i++)
            Assert.That(counts[i], Is.EqualTo(1));
        pool.For(100, new Count { Counts = counts });
        Assert.That(counts[99], Is.EqualTo(2));
    }

    private struct Slow : IParallelBody
    {
        public int* Counts;
        public int* Workers;

        public readonly void Run(int index, int worker)
        {
            Interlocked.Increment(ref Counts[index]);
            Interlocked.Increment(ref Workers[worker]);
            Thread.SpinWait(200);
        }
    }

    private struct Failing : IParallelBody
    {
        public int* Counts;
        public int At;

        public readonly void Run(int index, int worker)
        {
            Interlocked.Increment(ref Counts[index]);
            if (index == At)
                throw new ArithmeticException();
        }
    }

    private struct Count : IParallelBody
    {
        public int* Counts;

        public readonly void Run(int index, int worker) => Interlocked.Increment(ref Counts[index]);
    }
}
