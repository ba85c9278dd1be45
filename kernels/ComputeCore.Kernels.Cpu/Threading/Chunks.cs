namespace ComputeCore.Kernels.Cpu.Threading;

/// <summary>
/// A range of items cut into chunks of equal size, one per iteration of a parallel loop. The cut depends on the problem
/// alone, never on the number of workers. A chunk has at least 16 K elements of work, below which waking a worker costs
/// more than it saves; so a small problem is a single chunk and stays on the calling thread.
/// </summary>
internal readonly struct Chunks
{
    private const long MinimumWork = 16 * 1024;

    private readonly long total;
    private readonly long size;

    /// <summary>Cuts <paramref name="total"/> items of <paramref name="workPerItem"/> elements each.</summary>
    public Chunks(long total, long workPerItem)
    {
        this.total = total;
        size = Math.Max(1, MinimumWork / Math.Max(1, workPerItem));
        Count = checked((int)((total + size - 1) / size));
    }

    private Chunks(long total, long workPerItem, int maximumCount)
    {
        this.total = total;
        size = Math.Max(Math.Max(1, MinimumWork / Math.Max(1, workPerItem)), (total + maximumCount - 1) / maximumCount);
        Count = (int)((total + size - 1) / size);
    }

    /// <summary>The number of chunks.</summary>
    public int Count { get; }

    /// <summary>The same cut in at most <paramref name="maximumCount"/> chunks, for loops that keep a partial result per chunk.</summary>
    public static Chunks AtMost(int maximumCount, long total, long workPerItem) => new(total, workPerItem, maximumCount);

    /// <summary>The first item of a chunk.</summary>
    public long Start(int chunk) => chunk * size;

    /// <summary>The item behind the last one of a chunk.</summary>
    public long End(int chunk) => Math.Min(total, (chunk + 1) * size);
}
