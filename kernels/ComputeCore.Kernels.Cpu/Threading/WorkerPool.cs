using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ComputeCore.Kernels.Cpu.Threading;

/// <summary>
/// The engine's own worker threads. A parallel loop is handed out index by index through one atomic ticket; the calling
/// thread takes part as worker 0 and waits only for indices that others have taken, never for a worker that has not come:
/// where the machine is busy with something else, the caller simply does the work itself. Workers spin for a moment after a loop (a
/// training step is hundreds of loops, microseconds apart) and then sleep, so that an idle engine costs nothing.
/// </summary>
/// <remarks>
/// Half of the workers take indices from the front and half from the back, until they meet. So a worker finds in its own cache
/// what it wrote in the loop before, as long as kernels number their work by its place in memory.
///
/// Which worker runs which index varies from run to run, so a kernel's result must not depend on it: split work by the
/// problem's size, never by <see cref="Count"/>, and combine partial results in index order. One loop runs at a time: a body must
/// not start another one on the same pool, nor may two threads.
/// </remarks>
internal sealed unsafe class WorkerPool : IDisposable
{
    // A spin takes about 40 nanoseconds, so this is about 320 microseconds: longer than the gap between two kernels of a step, a chain of
    // small operations that the caller runs alone, and what a program does between two runs. To wake a worker takes 100 on a virtual machine.
    private const int SpinsBeforeSleep = 8000;

    // A taken index that stays out for 10 microseconds may belong to a worker that waits for this processor.
    private const int SpinsBeforeYield = 250;

    // A ticket: the loop's number, and how many indices were taken from the front and from the back.
    private const int TakenBits = 20;
    private const int MaximumCount = (1 << TakenBits) - 1;
    private const long OneFromFront = 1L << TakenBits;
    private const long OneFromBack = 1;

    // Processors fetch cache lines in pairs.
    private const int ScratchAlignment = 128;

    private readonly Thread[] threads;
    private readonly byte** scratch;
    private long scratchBytes;
    private readonly object gate = new();
    private volatile bool stopping;

    // The current loop. Written before its ticket is published, and read only between reading that ticket and replacing it.
    private void* body;
    private delegate*<void*, int, int, void> run;
    private int count;
    private int iterationsPerIndex;
    private int iterations;
    private Exception? failure;

    private Counters counters;

    /// <summary>Starts a pool of <paramref name="count"/> workers, the calling thread included.</summary>
    public WorkerPool(int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        Count = count;
        scratch = (byte**)NativeMemory.AllocZeroed((nuint)count, (nuint)sizeof(byte*));
        threads = new Thread[count - 1];
        for (var i = 0; i < threads.Length; i++)
        {
            var worker = i + 1;
            threads[i] = new Thread(() => Work(worker)) { IsBackground = true, Name = $"ComputeCore worker {worker}" };
            threads[i].Start();
        }
    }

    /// <summary>Workers in the pool, the calling thread included.</summary>
    public int Count { get; }

    /// <summary>
    /// Memory for the next loops' workers, so many bytes for each, until it is asked for again. It is the same from loop to loop, and so stays
    /// in its worker's caches. Memory of a tensor that is not alive would have been written by another core, perhaps, and to take a line from
    /// that one's cache takes a quarter of a microsecond where the two share none (measured: SqueezeNet 1.06 times as fast on such cores, 0.99
    /// times on cores that share a cache).
    /// </summary>
    public WorkerScratch Scratch(long bytes)
    {
        if (bytes > scratchBytes)
        {
            FreeScratch();
            for (var worker = 0; worker < Count; worker++)
                scratch[worker] = (byte*)NativeMemory.AlignedAlloc((nuint)bytes, ScratchAlignment);
            scratchBytes = bytes;
        }

        return new(scratch);
    }

    /// <summary>Runs <paramref name="loop"/> for every index in [0, <paramref name="iterations"/>) and returns when all are done.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public void For<TBody>(int iterations, TBody loop)
        where TBody : unmanaged, IParallelBody
    {
        if (iterations <= 1 || threads.Length == 0)
        {
            for (var i = 0; i < iterations; i++)
                loop.Run(i, 0);
            return;
        }

        // The last loop's ticket is closed first: with this loop's count it would look as if it had indices left.
        var number = LoopOf(counters.Ticket);
        Interlocked.Exchange(ref counters.Ticket, TicketOf(number) + MaximumCount * OneFromFront);
        body = &loop;
        run = &Invoke<TBody>;
        this.iterations = iterations;
        iterationsPerIndex = (iterations - 1) / MaximumCount + 1;
        count = (iterations - 1) / iterationsPerIndex + 1;
        failure = null;
        counters.Completed = 0;
        Interlocked.Exchange(ref counters.Ticket, TicketOf(number + 1));
        WakeSleepers();

        Drain(0);
        for (var spins = 1; Volatile.Read(ref counters.Completed) != count; spins++)
        {
            if (spins % SpinsBeforeYield == 0)
                Thread.Yield();
            else
                Thread.SpinWait(1);
        }

        if (failure is not null)
            throw new InvalidOperationException("A kernel failed.", failure);
    }

    /// <summary>The index that a worker will probably run after another one, so that it can fetch what it will need; it may be outside of the loop.</summary>
    /// <param name="index">What it runs.</param>
    /// <param name="worker">The worker.</param>
    /// <param name="workers">Workers in the pool.</param>
    public static int Following(int index, int worker, int workers) => worker % 2 == 0 ? index + (workers + 1) / 2 : index - workers / 2;

    /// <summary>Ends the worker threads.</summary>
    public void Dispose()
    {
        stopping = true;
        Interlocked.MemoryBarrier();
        WakeSleepers();
        foreach (var thread in threads)
            thread.Join();
        FreeScratch();
        NativeMemory.Free(scratch);
    }

    private void FreeScratch()
    {
        for (var worker = 0; worker < Count; worker++)
        {
            NativeMemory.AlignedFree(scratch[worker]);
            scratch[worker] = null;
        }

        scratchBytes = 0;
    }

    private static long TicketOf(long loop) => loop << (2 * TakenBits);

    private static long LoopOf(long ticket) => (long)((ulong)ticket >> (2 * TakenBits));

    private static int TakenFromFront(long ticket) => (int)(ticket >> TakenBits) & MaximumCount;

    private static int TakenFromBack(long ticket) => (int)ticket & MaximumCount;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Invoke<TBody>(void* loop, int index, int worker)
        where TBody : unmanaged, IParallelBody => ((TBody*)loop)->Run(index, worker);

    private void WakeSleepers()
    {
        if (Volatile.Read(ref counters.Sleeping) == 0)
            return;
        lock (gate)
            Monitor.PulseAll(gate);
    }

    // Takes indices of the current loop until none is left. A taken index keeps the loop alive, its body on the caller's stack
    // included, until it is reported as completed; a ticket of a loop that has ended meanwhile can't be replaced.
    private void Drain(int worker)
    {
        var done = 0;
        var takesFront = worker % 2 == 0;
        while (true)
        {
            var ticket = Volatile.Read(ref counters.Ticket);
            var loop = body;
            var code = run;
            var total = count;
            var perIndex = iterationsPerIndex;
            var last = iterations;
            if (TakenFromFront(ticket) + TakenFromBack(ticket) >= total)
                break;
            if (Interlocked.CompareExchange(ref counters.Ticket, ticket + (takesFront ? OneFromFront : OneFromBack), ticket) != ticket)
                continue;
            var index = takesFront ? TakenFromFront(ticket) : total - 1 - TakenFromBack(ticket);
            try
            {
                for (var i = index * perIndex; i < Math.Min((index + 1) * (long)perIndex, last); i++)
                    code(loop, i, worker);
            }
            catch (Exception e)
            {
                failure = e;
            }

            done++;
        }

        if (done > 0)
            Interlocked.Add(ref counters.Completed, done);
    }

    private void Work(int worker)
    {
        var seen = 0L;
        while (true)
        {
            for (var spins = 1; LoopOf(Volatile.Read(ref counters.Ticket)) == seen && !stopping; spins++)
            {
                if (spins < SpinsBeforeSleep)
                    Thread.SpinWait(1);
                else
                    Sleep(seen);
            }

            if (stopping)
                return;
            seen = LoopOf(Volatile.Read(ref counters.Ticket));
            Drain(worker);
        }
    }

    // Either the caller sees this worker asleep and wakes it, or this worker sees the caller's new loop.
    private void Sleep(long seen)
    {
        lock (gate)
        {
            Interlocked.Increment(ref counters.Sleeping);
            while (LoopOf(Volatile.Read(ref counters.Ticket)) == seen && !stopping)
                Monitor.Wait(gate);
            Interlocked.Decrement(ref counters.Sleeping);
        }
    }

    // Each on a pair of cache lines of its own: processors fetch lines in pairs.
    [StructLayout(LayoutKind.Explicit, Size = 512)]
    private struct Counters
    {
        [FieldOffset(128)]
        public long Ticket;

        [FieldOffset(256)]
        public int Completed;

        [FieldOffset(384)]
        public int Sleeping;
    }
}
