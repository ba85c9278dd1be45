namespace ComputeCore.Kernels.Cpu.Convolution;

/// <summary>
/// How the outputs of a batch of images are cut into tiles of 2 x 2: rows of tiles, numbered through the batch, of which
/// an item takes some.
/// </summary>
internal readonly struct WinogradTiling
{
    // Tiles of an item: as many as make whole tiles of the micro-kernel, while the 16 products stay in L2.
    private const int WantedTiles = 96;
    private const int WantedFloats = 64 * 1024;

    /// <summary>Tiles of a row.</summary>
    public readonly int Columns;

    /// <summary>Rows of tiles in an image.</summary>
    public readonly int ImageRows;

    /// <summary>Rows of tiles in the batch.</summary>
    public readonly int Rows;

    /// <summary>Rows of tiles in an item.</summary>
    public readonly int ItemRows;

    public WinogradTiling(int images, int height, int width, int channels)
    {
        Columns = DivideUp(width, 2);
        ImageRows = DivideUp(height, 2);
        Rows = images * ImageRows;
        var most = Math.Clamp(Math.Min(WantedTiles, WantedFloats / (WinogradTransforms.Points * channels)) / Columns, 1, Rows);
        ItemRows = most;
        for (var rows = most; rows > most / 2; rows--)
        {
            if (rows * Columns % 4 != 0)
                continue;
            ItemRows = rows;
            break;
        }
    }

    public int Items => DivideUp(Rows, ItemRows);

    /// <summary>Tiles of an item, rounded up to whole tiles of the micro-kernel.</summary>
    public int ItemTiles => RoundUp(ItemRows * Columns, 12);

    /// <summary>The rows of an item, or of the part of it that lies in one image, that begin at <paramref name="row"/>.</summary>
    public int RowsOfImage(int row, int end) => Math.Min(ImageRows - row % ImageRows, end - row);

    /// <summary>
    /// The least number of floats, not below <paramref name="value"/>, that is an odd number of cache lines: arrays so far apart
    /// don't compete for the same sets of a cache.
    /// </summary>
    public static int OddLines(int value) => (DivideUp(value, Lanes.Count) | 1) * Lanes.Count;

    public static int DivideUp(int value, int divisor) => (value + divisor - 1) / divisor;

    public static int RoundUp(int value, int unit) => DivideUp(value, unit) * unit;
}
