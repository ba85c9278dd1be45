namespace ComputeCore.Kernels.Cpu.Threading;

/// <summary>
/// The engine's own worker threads. A parallel loop is handed out index by index through one atomic counter; the calling
/// thread takes part as worker 0. Workers spin for a moment after a loop (a training step is hundreds of loops, microseconds
/// apart) and then sleep, so that an idle engine costs nothing.
/// </summary>
/// <remarks>
/// Which worker runs which index varies from run to run, so a kernel's result must not depend on it: split work by the
/// problem's size, never by <see cref="Count"/>, and combine partial results in index order.
/// </remarks>
internal sealed unsafe class WorkerPool : IDisposable
{
    // About 50 microseconds on current machines: longer than the gap between two kernels of a step.
    private const int SpinIterations = 2000;

    private readonly Thread[] threads;
    private readonly object gate = new();
    private volatile bool stopping;

    // The current loop. Written by the caller before `generation` is published.
    private void* body;
    private delegate*<void*, int, int, void> run;
    private int count;
    private Exception? failure;

    private int generation;
    private int next;
    private int active;
    private int sleeping;

    /// <summary>Starts a pool of <paramref name="count"/> workers, the calling thread included.</summary>
    public WorkerPool(int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        Count = count;
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

    /// <summary>Runs <paramref name="loop"/> for every index in [0, <paramref name="iterations"/>) and returns when all are done.</summary>
    public void For<TBody>(int iterations, TBody loop)
        where TBody : unmanaged, IParallelBody
    {
        if (iterations <= 1 || threads.Length == 0)
        {
            for (var i = 0; i < iterations; i++)
                loop.Run(i, 0);
            return;
        }

        body = &loop;
        run = &Invoke<TBody>;
        count = iterations;
        failure = null;
        Volatile.Write(ref next, 0);
        Volatile.Write(ref active, threads.Length);
        Interlocked.Increment(ref generation);
        WakeSleepers();

        Drain(0);
        var spinner = new SpinWait();
        while (Volatile.Read(ref active) != 0)
            spinner.SpinOnce(sleep1Threshold: -1);
        if (failure is not null)
            throw new InvalidOperationException("A kernel failed on a worker thread.", failure);
    }

    /// <summary>Ends the worker threads.</summary>
    public void Dispose()
    {
        stopping = true;
        Interlocked.MemoryBarrier();
        WakeSleepers();
        foreach (var thread in threads)
            thread.Join();
    }

    private void WakeSleepers()
    {
        if (Volatile.Read(ref sleeping) == 0)
            return;
        lock (gate)
            Monitor.PulseAll(gate);
    }

    private static void Invoke<TBody>(void* loop, int index, int worker)
        where TBody : unmanaged, IParallelBody => ((TBody*)loop)->Run(index, worker);

    private void Drain(int worker)
    {
        while (true)
        {
            var index = Interlocked.Increment(ref next) - 1;
            if (index >= count)
                return;
            run(body, index, worker);
        }
    }

    private void Work(int worker)
    {
        var seen = 0;
        while (true)
        {
            var spins = 0;
            while (Volatile.Read(ref generation) == seen && !stopping)
            {
                if (spins++ < SpinIterations)
                {
                    Thread.SpinWait(8);
                    continue;
                }

                // Either the caller sees this worker asleep and pulses, or this worker sees the caller's new generation.
                lock (gate)
                {
                    Interlocked.Increment(ref sleeping);
                    while (Volatile.Read(ref generation) == seen && !stopping)
                        Monitor.Wait(gate);
                    Interlocked.Decrement(ref sleeping);
                }
            }

            if (stopping)
                return;
            seen = Volatile.Read(ref generation);
            try
            {
                Drain(worker);
            }
            catch (Exception e)
            {
                failure = e;
            }

            Interlocked.Decrement(ref active);
        }
    }
}
