using ComputeCore.Kernels.Cpu.Gemm;

namespace ComputeCore.Kernels.Cpu.Convolution;

/// <summary>
/// How the outputs of a batch of images are cut into tiles of 2 x 2: rows of tiles, numbered through the batch, of which
/// an item takes some.
/// </summary>
internal readonly struct WinogradTiling
{
    /// <summary>Tiles of a row.</summary>
    public readonly int Columns;

    /// <summary>Rows of tiles in an image.</summary>
    public readonly int ImageRows;

    /// <summary>Rows of tiles in the batch.</summary>
    public readonly int Rows;

    /// <summary>Rows of tiles in an item.</summary>
    public readonly int ItemRows;

    /// <summary>Cuts the outputs [height, width] of a number of images into at least so many items of at most so many tiles, as far as there are rows.</summary>
    public WinogradTiling(int images, int height, int width, int items, int tiles)
    {
        Columns = Rounding.DivideUp(width, 2);
        ImageRows = Rounding.DivideUp(height, 2);
        Rows = images * ImageRows;
        var most = Math.Clamp(Math.Min(tiles / Columns, Rounding.DivideUp(Rows, items)), 1, Rows);
        ItemRows = most;

        // A little less may be whole tiles of the micro-kernel.
        for (var rows = most; rows > most / 2; rows--)
        {
            if (rows * Columns % Avx512MicroKernel.RowGroup != 0)
                continue;
            ItemRows = rows;
            break;
        }
    }

    /// <summary>Items, the last of which may have fewer rows.</summary>
    public int Items => Rounding.DivideUp(Rows, ItemRows);

    /// <summary>Tiles of an item, rounded up to whole tiles of the micro-kernel.</summary>
    public int ItemTiles => Rounding.RoundUp(ItemRows * Columns, Avx512MicroKernel.MR);

    /// <summary>How many of the rows [<paramref name="row"/>, <paramref name="end"/>) lie in the first one's image.</summary>
    public int RowsOfImage(int row, int end) => Math.Min(ImageRows - row % ImageRows, end - row);
}
