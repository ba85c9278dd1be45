namespace ComputeCore.Kernels.Cpu.Gemm;

/// <summary>
/// How one product is cut into blocks and tasks, and where in the workspace its packed panels lie. How K is cut decides the
/// bits of the result and depends on the shape alone; how M and N are cut does not, and may depend on the number of workers.
/// </summary>
internal readonly struct GemmPlan
{
    // Each block of K reads and writes all of C once more, so blocks are long: a panel of A, MR x KC, is up to 30 KiB for AVX-512.
    private const int MaximumKC = 640;

    // B's block stays in L2 while all of A passes by; with A's own block it fills up to 1 MiB.
    private const int BlockOfB = 192 << 10;
    private const int BlockOfA = 64 << 10;

    // Where all of A's block lies in the nearer caches, a task's own part of B is that small: then it hardly leaves L1 (measured with
    // 16 to 1024 rows: 3 to 7 %).
    private const int SmallBlockOfB = 32 << 10;
    private const long NearA = 512 << 10;

    // The operand that is packed for all workers at once is packed for at most so many floats at a time.
    private const long SharedLimit = 8 << 20;

    // A product of fewer multiply-adds than this takes a few microseconds: handing it out would cost as much.
    private const long SerialWork = 512 << 10;

    private const int TasksPerWorker = 4;

    // A C with a longer side has tasks enough without slices of K, whose partial results cost (measured: products of 8 to 256 rows are
    // 1.1 to 2.4 times as fast without).
    private const int MaximumSlicedSide = 256;
    private const int MaximumSlices = 16;
    private const int SmallestSlice = 384;
    private const int CacheLine = 64;

    public GemmPlan(int workers, int m, int n, int k, int mr, int nr)
    {
        (m, n, k) = (Math.Max(1, m), Math.Max(1, n), Math.Max(1, k));
        if ((double)m * n * k <= SerialWork)
            workers = 1;
        Workers = workers;

        Slices = Math.Max(m, n) <= MaximumSlicedSide && k >= 4 * (long)Math.Max(m, n) && k >= 2 * SmallestSlice
            ? Math.Min(k / SmallestSlice, MaximumSlices)
            : 1;
        SliceK = Rounding.RoundUp(Rounding.DivideUp(k, Slices), 8);
        Slices = Rounding.DivideUp(k, SliceK);

        KC = Rounding.RoundUp(Rounding.DivideUp(SliceK, Rounding.DivideUp(SliceK, MaximumKC)), 8);
        MC = BlockOfA / KC / mr * mr;
        NC = BlockOfB / KC / nr * nr;

        PacksA = m <= n;
        var columns = (long)m * KC <= NearA ? Math.Max(1, SmallBlockOfB / KC / nr) * nr : NC;
        var (shared, sharedWidth, streamed, streamedWidth, streamedBlock) = PacksA ? (m, mr, n, nr, columns) : (n, nr, m, mr, MC);
        if (Slices > 1)
        {
            Chunk = n;
            Group = m;
            PackedK = KC;
            SharedFloats = 0;
            StreamedFloats = ((long)Rounding.RoundUp(m, mr) + Math.Min(NC, Rounding.RoundUp(n, nr))) * KC;
            PartialFloats = (long)Slices * m * n;
            return;
        }

        var sharedPadded = Rounding.RoundUp(shared, sharedWidth);
        PackedK = (int)Math.Min(Rounding.RoundUp(k, KC), Math.Max(1, SharedLimit / sharedPadded / KC) * KC);
        var panels = Rounding.DivideUp(streamed, streamedWidth);
        Chunk = streamedWidth * (workers == 1
            ? Math.Min(panels, streamedBlock / streamedWidth)
            : EvenChunk(panels, workers, Math.Clamp(panels / (workers * TasksPerWorker), 1, streamedBlock / streamedWidth)));
        Group = sharedPadded;
        if (workers > 1 && Rounding.DivideUp(streamed, Chunk) < 2 * workers)
        {
            var groups = Math.Min(Rounding.DivideUp(2 * workers, Rounding.DivideUp(streamed, Chunk)), Rounding.DivideUp(shared, 4 * sharedWidth));
            Group = Rounding.RoundUp(Rounding.DivideUp(sharedPadded, groups), sharedWidth);
        }

        SharedFloats = (long)sharedPadded * PackedK;
        StreamedFloats = (long)Chunk * KC;
        PartialFloats = 0;
    }

    /// <summary>Workers used: 1 where the product is too small to hand out.</summary>
    public int Workers { get; }

    /// <summary>Into how many slices K is cut, whose products are summed in order at the end: 1 unless C is small and K long.</summary>
    public int Slices { get; }

    /// <summary>K of one slice.</summary>
    public int SliceK { get; }

    /// <summary>K of one block.</summary>
    public int KC { get; }

    /// <summary>Rows of a block of A that a worker packs for itself.</summary>
    public int MC { get; }

    /// <summary>Columns of a block of B that stays in the L2 cache.</summary>
    public int NC { get; }

    /// <summary>Whether A is packed once for all tasks and B is packed by each task, or the other way round: the smaller one is shared.</summary>
    public bool PacksA { get; }

    /// <summary>How much of K is packed of the shared operand before the tasks run, a multiple of <see cref="KC"/>.</summary>
    public int PackedK { get; }

    /// <summary>The part of the streamed operand (columns of B, or rows of A) that a task takes.</summary>
    public int Chunk { get; }

    /// <summary>The part of the shared operand that a task takes: all of it, unless there would be too few tasks.</summary>
    public int Group { get; }

    /// <summary>Floats of the shared operand's panels.</summary>
    public long SharedFloats { get; }

    /// <summary>Floats of a worker's own panels.</summary>
    public long StreamedFloats { get; }

    /// <summary>Floats of the slices' partial results.</summary>
    public long PartialFloats { get; }

    /// <summary>Bytes of a worker's own scratch: its panels and one tile.</summary>
    public long WorkerBytes(int mr, int nr) => RoundUpToLine((StreamedFloats + mr * nr) * sizeof(float));

    /// <summary>Bytes of the shared panels or the partial results.</summary>
    public long SharedBytes => RoundUpToLine((SharedFloats + PartialFloats) * sizeof(float));

    // Of the chunks of half as many panels to as many, the one with which the last worker is done first.
    private static int EvenChunk(int panels, int workers, int most)
    {
        var even = most;
        for (var chunk = most; chunk >= Rounding.DivideUp(most, 2); chunk--)
            if (Longest(chunk) < Longest(even))
                even = chunk;
        return even;

        int Longest(int chunk)
        {
            var (whole, rest) = (panels / chunk, panels % chunk);
            return whole / workers * chunk + (whole % workers > 0 ? chunk : rest);
        }
    }

    // Two lines: the processor fetches them in pairs.
    private static long RoundUpToLine(long bytes) => (bytes + 2 * CacheLine - 1) / (2 * CacheLine) * (2 * CacheLine);
}
