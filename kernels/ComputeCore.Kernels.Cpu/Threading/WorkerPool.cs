using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ComputeCore.Kernels.Cpu.Threading;

/// <summary>
/// The engine's own worker threads. Of a parallel loop each worker has a range of indices, which it takes one by one from the front; when
/// they are gone it takes others' from the back of theirs. The calling
/// thread takes part as worker 0 and waits only for indices that others have taken, never for a worker that has not come:
/// where the machine is busy with something else, the caller simply does the work itself. Workers spin for a moment after a loop (a
/// training step is hundreds of loops, microseconds apart) and then sleep, so that an idle engine costs nothing.
/// </summary>
/// <remarks>
/// A worker finds in its own cache what it wrote in the loop before, as long as kernels number their work by its place in memory. And to take
/// an index of its own it writes to no cache line that another worker writes to: where cores share no cache, that takes half a
/// microsecond, as long as a small index runs.
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

    // A ticket: the lowest bits of a loop's number, and how many indices of a range its worker took from the front and others from the back.
    // Where the loop is an earlier one, none was taken yet in this one; where it is a later one, a worker came too late.
    private const int TakenBits = 20;
    private const int NumberBits = 64 - 2 * TakenBits;
    private const int MaximumCount = (1 << TakenBits) - 1;
    private const long OneFromFront = 1L << TakenBits;
    private const long OneFromBack = 1;
    private const long NoneLeft = MaximumCount * OneFromFront;

    // Loops after which tickets are brought up to date, long before a number that stands in one could pass for a later one.
    private const long LoopsOfNumbers = 1L << (NumberBits - 4);

    // Processors fetch cache lines in pairs.
    private const int ScratchAlignment = 128;

    private readonly Thread[] threads;
    private readonly byte** scratch;
    private long scratchBytes;
    private readonly object gate = new();
    private volatile bool stopping;

    private readonly Shared* shared;
    private Exception? failure;

    /// <summary>Starts a pool of <paramref name="count"/> workers, the calling thread included; <paramref name="loops"/> is where it begins to count its loops.</summary>
    public WorkerPool(int count, long loops = 0)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        Count = count;
        scratch = (byte**)NativeMemory.AllocZeroed((nuint)count, (nuint)sizeof(byte*));
        var bytes = (nuint)(sizeof(Shared) + count * sizeof(Range));
        shared = (Shared*)NativeMemory.AlignedAlloc(bytes, ScratchAlignment);
        NativeMemory.Clear(shared, bytes);
        shared->Number = loops;
        RenewTickets(loops);
        threads = new Thread[count - 1];
        for (var i = 0; i < threads.Length; i++)
        {
            var worker = i + 1;
            threads[i] = new Thread(() => Work(worker, loops)) { IsBackground = true, Name = $"ComputeCore worker {worker}" };
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

        var number = shared->Number + 1;
        if (number % LoopsOfNumbers == 0)
            RenewTickets(number - 1);
        ref var current = ref shared->LoopOf(number);
        current = new() { Body = &loop, Run = &Invoke<TBody>, Iterations = iterations };
        failure = null;
        shared->Completed = 0;
        Interlocked.Exchange(ref shared->Number, number);
        WakeSleepers();

        Drain(0, number);
        var count = current.Indices;
        for (var spins = 1; Volatile.Read(ref shared->Completed) != count; spins++)
        {
            if (spins % SpinsBeforeYield == 0)
                Thread.Yield();
            else
                Thread.SpinWait(1);
        }

        if (failure is not null)
            throw new InvalidOperationException("A kernel failed.", failure);
    }

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
        NativeMemory.AlignedFree(shared);
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

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Invoke<TBody>(void* loop, int index, int worker)
        where TBody : unmanaged, IParallelBody => ((TBody*)loop)->Run(index, worker);

    private void WakeSleepers()
    {
        if (Volatile.Read(ref shared->Sleeping) == 0)
            return;
        lock (gate)
            Monitor.PulseAll(gate);
    }

    // Takes indices of a loop until none is left.
    private void Drain(int worker, long number)
    {
        // What is written into a loop's place next is the one after the next loop, which is not begun while this number stands.
        var loop = shared->LoopOf(number);
        Interlocked.MemoryBarrier();
        if (Volatile.Read(ref shared->Number) != number)
            return;
        var done = 0;
        for (var other = 0; other < Count; other++)
            done += DrainRange(loop, number, worker, (worker + other) % Count);
        if (done > 0)
            Interlocked.Add(ref shared->Completed, done);
    }

    // A taken index keeps the loop alive, its body on the caller's stack included, until it is reported as completed; a ticket of a loop that
    // has ended meanwhile can't be replaced: of each range that has indices the last one was taken since the ticket was read.
    private int DrainRange(in Loop loop, long number, int worker, int owner)
    {
        var fromBack = owner != worker;
        var (begin, end) = loop.RangeOf(owner, Count);
        ref var ticket = ref shared->RangeOf(owner).Ticket;
        var done = 0;
        while (true)
        {
            var seen = Volatile.Read(ref ticket);
            var later = LaterBy(seen, number);
            if (later > 0)
                return done;
            var known = later == 0 ? seen : TicketOf(number);
            var (front, back) = ((int)(known >> TakenBits) & MaximumCount, (int)known & MaximumCount);
            if (front + back >= end - begin)
                return done;
            if (Interlocked.CompareExchange(ref ticket, known + (fromBack ? OneFromBack : OneFromFront), seen) != seen)
                continue;
            var index = fromBack ? end - 1 - back : begin + front;
            try
            {
                loop.RunIndex(index, worker);
            }
            catch (Exception e)
            {
                failure = e;
            }

            done++;
        }
    }

    private static long TicketOf(long number) => number << (2 * TakenBits);

    // How many loops later than another one, or earlier if negative, the loop in a ticket is.
    private static long LaterBy(long ticket, long number) => (ticket - TicketOf(number)) >> (2 * TakenBits);

    // For ranges that stayed empty in millions of loops.
    private void RenewTickets(long number)
    {
        for (var worker = 0; worker < Count; worker++)
            Interlocked.Exchange(ref shared->RangeOf(worker).Ticket, TicketOf(number) + NoneLeft);
    }

    private void Work(int worker, long seen)
    {
        while (true)
        {
            for (var spins = 1; Volatile.Read(ref shared->Number) == seen && !stopping; spins++)
            {
                if (spins < SpinsBeforeSleep)
                    Thread.SpinWait(1);
                else
                    Sleep(seen);
            }

            if (stopping)
                return;
            seen = Volatile.Read(ref shared->Number);
            Drain(worker, seen);
        }
    }

    // Either the caller sees this worker asleep and wakes it, or this worker sees the caller's new loop.
    private void Sleep(long seen)
    {
        lock (gate)
        {
            Interlocked.Increment(ref shared->Sleeping);
            while (Volatile.Read(ref shared->Number) == seen && !stopping)
                Monitor.Wait(gate);
            Interlocked.Decrement(ref shared->Sleeping);
        }
    }

    /// <summary>What a loop runs.</summary>
    private struct Loop
    {
        public void* Body;
        public delegate*<void*, int, int, void> Run;
        public int Iterations;

        /// <summary>Indices that tickets count: iterations, or runs of them where there are very many.</summary>
        public readonly int Indices => (Iterations - 1) / IterationsPerIndex + 1;

        private readonly int IterationsPerIndex => (Iterations - 1) / MaximumCount + 1;

        /// <summary>The indices of a worker.</summary>
        public readonly (int Begin, int End) RangeOf(int worker, int workers) => ((int)((long)Indices * worker / workers), (int)((long)Indices * (worker + 1) / workers));

        public readonly void RunIndex(int index, int worker)
        {
            var perIndex = IterationsPerIndex;
            for (var i = index * perIndex; i < Math.Min((index + 1) * (long)perIndex, Iterations); i++)
                Run(Body, i, worker);
        }
    }

    // What workers share, each on a pair of cache lines of its own: processors fetch lines in pairs. The ranges follow.
    [StructLayout(LayoutKind.Explicit, Size = 384)]
    private struct Shared
    {
        /// <summary>The current loop's.</summary>
        [FieldOffset(0)]
        public long Number;

        // On the number's line, so that a worker which sees it has them too.
        [FieldOffset(8)]
        private Loop even;

        [FieldOffset(32)]
        private Loop odd;

        [FieldOffset(128)]
        public int Completed;

        [FieldOffset(256)]
        public int Sleeping;

        /// <summary>Where a loop is described: two places in turn.</summary>
        [UnscopedRef]
        public ref Loop LoopOf(long number) => ref number % 2 == 0 ? ref even : ref odd;

        [UnscopedRef]
        public ref Range RangeOf(int worker) => ref ((Range*)((Shared*)Unsafe.AsPointer(ref this) + 1))[worker];
    }

    /// <summary>The indices of one worker.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 128)]
    private struct Range
    {
        [FieldOffset(0)]
        public long Ticket;
    }
}
