namespace ComputeCore.Kernels.Cpu.Indexing;

/// <summary>
/// How a kernel on many workers reports indices out of range without allocating or throwing: the lowest position of a bad
/// index, in a slot on the caller's stack. The lowest is the same for every thread count.
/// </summary>
internal readonly unsafe struct FirstInvalidIndex
{
    /// <summary>What the slot holds while no index was found invalid.</summary>
    public const long None = long.MaxValue;

    private readonly long* slot;

    /// <summary>Reports to a slot that holds <see cref="None"/>.</summary>
    public FirstInvalidIndex(long* slot) => this.slot = slot;

    /// <summary>Notes an invalid index.</summary>
    public void Report(long position)
    {
        var seen = Volatile.Read(ref *slot);
        while (position < seen)
        {
            var before = Interlocked.CompareExchange(ref *slot, position, seen);
            if (before == seen)
                return;
            seen = before;
        }
    }

    /// <summary>A kernel's return value: the lowest position, or -1.</summary>
    public static long Result(long slot) => slot == None ? -1 : slot;
}
