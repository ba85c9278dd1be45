using ComputeCore.Kernels.Cpu.Threading;

namespace ComputeCore.Kernels.Cpu.Indexing;

/// <summary>Concatenation along an axis.</summary>
internal static unsafe class Concatenate
{
    /// <summary>
    /// Joins sources[i], [outer, axisSizes[i], inner], along the middle axis into <paramref name="destination"/>. Each byte
    /// is read and written once; a source that lies in its place already stays there, which it may with one outer.
    /// </summary>
    public static void Run(
        WorkerPool pool, void** sources, ReadOnlySpan<int> axisSizes, void* destination, int outer, int inner, int elementSize)
    {
        var total = 0L;
        foreach (var size in axisSizes)
            total += size;

        var start = (byte*)destination;
        for (var i = 0; i < axisSizes.Length; i++)
        {
            if (sources[i] != start)
                StridedCopy.Run(
                    pool,
                    sources[i],
                    [(long)axisSizes[i] * inner, inner, 1],
                    start,
                    [total * inner, inner, 1],
                    [outer, axisSizes[i], inner],
                    elementSize);
            start += (long)axisSizes[i] * inner * elementSize;
        }
    }
}
