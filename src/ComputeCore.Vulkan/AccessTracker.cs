namespace ComputeCore.Vulkan;

/// <summary>A range of device memory that a dispatch reads, writes or both.</summary>
internal readonly record struct MemoryAccess(VkBuffer Buffer, long Start, long End, bool Reads, bool Writes)
{
    /// <summary>Whether two accesses must happen in order: they meet, and one of them writes.</summary>
    public bool ConflictsWith(MemoryAccess other) =>
        (Writes || other.Writes) && Buffer.Handle == other.Buffer.Handle && Start < other.End && other.Start < End;
}

/// <summary>
/// Finds where barriers must stand between dispatches: where one reads or overwrites what another since the last barrier
/// wrote, or overwrites what it read. Dispatches between two barriers may run at the same time.
/// </summary>
internal sealed class AccessTracker
{
    private readonly List<MemoryAccess> sinceBarrier = [];

    /// <summary>Adds a dispatch.</summary>
    /// <returns>Whether a barrier must stand before it.</returns>
    public bool Add(IReadOnlyList<MemoryAccess> accesses)
    {
        var conflict = accesses.Any(access => sinceBarrier.Any(access.ConflictsWith));
        if (conflict)
            sinceBarrier.Clear();
        sinceBarrier.AddRange(accesses);
        return conflict;
    }
}
