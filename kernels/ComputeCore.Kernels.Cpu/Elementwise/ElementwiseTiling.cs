namespace ComputeCore.Kernels.Cpu.Elementwise;

// Rows of the innermost dimension longer than half a tile are cut into equal parts, so that a repeated vector can be read in
// place; of shorter rows a tile takes as many as fit, so that an instruction's overhead (about 5 ns) is paid per tile, not per row.

/// <summary>How a program's elements are divided into tiles, and tiles into the chunks that workers take.</summary>
internal readonly struct ElementwiseTiling
{
    /// <summary>Floats of a tile buffer: 4 KiB, so that a chain's inputs, outputs and a few buffers share a first-level cache of 32 KiB.</summary>
    public const int Capacity = 1024;

    // 16 K elements: a few microseconds of work.
    private const int TilesPerChunk = 16;

    /// <summary>Divides a result of these collapsed dimensions.</summary>
    public ElementwiseTiling(ReadOnlySpan<long> extents)
    {
        RowLength = extents[^1];
        Rows = 1;
        foreach (var extent in extents[..^1])
            Rows *= extent;

        if (extents.Length == 1 || RowLength > Capacity / 2)
        {
            TilesPerRow = Math.Max(1, (RowLength + Capacity - 1) / Capacity);
            RowsPerTile = 1;
            TileLength = (int)((((RowLength + TilesPerRow - 1) / TilesPerRow) + 15) & ~15L);
            Tiles = RowLength == 0 ? 0 : Rows * TilesPerRow;
        }
        else
        {
            TilesPerRow = 1;
            RowsPerTile = RowLength == 0 ? 1 : (int)(Capacity / RowLength);
            TileLength = (int)RowLength;
            Tiles = RowLength == 0 ? 0 : (Rows + RowsPerTile - 1) / RowsPerTile;
        }
    }

    /// <summary>Elements of a row: the innermost dimension.</summary>
    public long RowLength { get; }

    /// <summary>Rows in all.</summary>
    public long Rows { get; }

    /// <summary>Tiles that a row is cut into; 1 if a tile holds whole rows.</summary>
    public long TilesPerRow { get; }

    /// <summary>Whole rows in a tile, but for the last.</summary>
    public int RowsPerTile { get; }

    /// <summary>Elements of one row in a tile, but for the last of a row.</summary>
    public int TileLength { get; }

    /// <summary>Tiles in all.</summary>
    public long Tiles { get; }

    /// <summary>Chunks in all.</summary>
    public int Chunks => checked((int)((Tiles + TilesPerChunk - 1) / TilesPerChunk));

    /// <summary>The tiles of a chunk: the first, and one past the last.</summary>
    public (long First, long End) TilesOf(int chunk)
        => ((long)chunk * TilesPerChunk, Math.Min(Tiles, ((long)chunk + 1) * TilesPerChunk));
}
