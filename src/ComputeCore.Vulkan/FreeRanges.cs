namespace ComputeCore.Vulkan;

/// <summary>The free parts of a stretch of memory. Best fit; neighbours are joined when they are given back.</summary>
internal sealed class FreeRanges(long size)
{
    // Ascending, neither overlapping nor touching.
    private readonly List<(long Start, long End)> free = [(0, size)];

    /// <summary>Whether nothing is taken.</summary>
    public bool IsWhole => free is [(0, var end)] && end == size;

    /// <summary>Takes a part, from the smallest that is large enough.</summary>
    /// <returns>Where it starts; -1 if no part is large enough.</returns>
    public long Take(long bytes)
    {
        var best = -1;
        for (var i = 0; i < free.Count; i++)
            if (Length(i) >= bytes && (best < 0 || Length(i) < Length(best)))
                best = i;
        if (best < 0)
            return -1;

        var (start, end) = free[best];
        if (start + bytes == end)
            free.RemoveAt(best);
        else
            free[best] = (start + bytes, end);
        return start;
    }

    /// <summary>Gives a part back that was taken.</summary>
    public void Give(long start, long bytes)
    {
        var (next, end) = (0, start + bytes);
        while (next < free.Count && free[next].Start < start)
            next++;
        if (next < free.Count && free[next].Start == end)
        {
            end = free[next].End;
            free.RemoveAt(next);
        }

        if (next > 0 && free[next - 1].End == start)
            free[next - 1] = (free[next - 1].Start, end);
        else
            free.Insert(next, (start, end));
    }

    private long Length(int index) => free[index].End - free[index].Start;
}
