namespace ComputeCore.Kernels.Pooling;

/// <summary>
/// Windows as many as asked for: result i of n sees the elements from ⌊i · extent / n⌋ up to, but not including,
/// ⌈(i + 1) · extent / n⌉.
/// </summary>
/// <param name="extent">Elements along the direction.</param>
/// <param name="results">Results along the direction.</param>
internal readonly struct AdaptiveLine(int extent, int results) : IPoolingLine
{
    private readonly int extent = extent;
    private readonly int results = results;

    public int Extent => extent;

    public int Results => results;

    public int Step => 1;

    public int First(int result) => (int)((long)result * extent / results);

    public int End(int result) => (int)(((result + 1L) * extent + results - 1) / results);

    public int Averaged(int result) => End(result) - First(result);

    public int FirstResult(int element) => (int)((long)element * results / extent);

    public int EndResult(int element) => (int)(((element + 1L) * results + extent - 1) / extent);

    public bool Sees(int result, int element) => true;
}
