// Transpose of the last axis of the destination with the contiguous axis of the source, under any outer axes.
//
// Work is cut into tiles of about 16 K elements, at most 1024 columns of the destination wide (images with 3 channels make
// narrow ones). A tile walks bands of 16 rows: with 4-byte elements each cache line is then read and written whole. The elements are exchanged in
// registers, 8 x 8 at a time: 8 loads, 24 shuffles in three stages (pairs, fours, halves), 8 stores, in 16 registers.
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using ComputeCore.Kernels.Cpu.Threading;

namespace ComputeCore.Kernels.Cpu.Indexing;

/// <summary>Tiled 2-D transposes.</summary>
internal static unsafe class Transpose
{
    private const int BandRows = 16;
    private const int TileElements = 16 * 1024;
    private const int MaximumTileColumns = 1024;
    private const int RegisterTile = 8;

    /// <summary>
    /// For all points of <paramref name="outer"/>: destination[r, c] = source[c, r], where r runs along
    /// <paramref name="rows"/> (step 1 in the source) and c along <paramref name="columns"/> (step 1 in the destination).
    /// </summary>
    public static void Run<T>(WorkerPool pool, T* source, T* destination, in StridedDimensions outer, Dimension rows, Dimension columns)
        where T : unmanaged
    {
        if (rows.Size == 0 || columns.Size == 0)
            return;
        var tileColumns = Math.Min(MaximumTileColumns, columns.Size);
        var tileRows = Math.Min(TileElements / tileColumns / BandRows * BandRows, rows.Size);
        var rowTiles = (rows.Size + tileRows - 1) / tileRows;
        var columnTiles = (columns.Size + tileColumns - 1) / tileColumns;
        var chunks = new Chunks(outer.Count * rowTiles * columnTiles, tileRows * tileColumns);
        pool.For(chunks.Count, new Body<T>
        {
            Source = source,
            Destination = destination,
            Outer = outer,
            Rows = rows,
            Columns = columns,
            TileRows = tileRows,
            TileColumns = tileColumns,
            RowTiles = rowTiles,
            ColumnTiles = columnTiles,
            Chunks = chunks,
        });
    }

    private struct Body<T> : IParallelBody
        where T : unmanaged
    {
        public T* Source;
        public T* Destination;
        public StridedDimensions Outer;
        public Dimension Rows;
        public Dimension Columns;
        public long TileRows;
        public long TileColumns;
        public long RowTiles;
        public long ColumnTiles;
        public Chunks Chunks;

        public readonly void Run(int index, int worker)
        {
            for (var item = Chunks.Start(index); item < Chunks.End(index); item++)
            {
                var (rest, columnTile) = Math.DivRem(item, ColumnTiles);
                var (point, rowTile) = Math.DivRem(rest, RowTiles);
                var position = new StridedPosition(Outer, point);
                var (row, column) = (rowTile * TileRows, columnTile * TileColumns);
                Tile(
                    Source + position.Source + row + column * Columns.Source,
                    Columns.Source,
                    Destination + position.Destination + row * Rows.Destination + column,
                    Rows.Destination,
                    (int)Math.Min(TileRows, Rows.Size - row),
                    (int)Math.Min(TileColumns, Columns.Size - column));
            }
        }

        private static void Tile(T* source, long sourceStride, T* destination, long destinationStride, int rows, int columns)
        {
            var wholeRows = 0;
            var wholeColumns = 0;
            if (sizeof(T) == sizeof(float) && Avx.IsSupported)
            {
                wholeRows = rows / RegisterTile * RegisterTile;
                wholeColumns = columns / RegisterTile * RegisterTile;
                for (var band = 0; band < wholeRows; band += BandRows)
                {
                    for (var c = 0; c < wholeColumns; c += RegisterTile)
                    {
                        for (var r = band; r < Math.Min(band + BandRows, wholeRows); r += RegisterTile)
                            InRegisters((float*)(source + c * sourceStride + r), sourceStride, (float*)(destination + r * destinationStride + c), destinationStride);
                    }
                }
            }

            ByElement(source, sourceStride, destination, destinationStride, 0, wholeRows, wholeColumns, columns);
            ByElement(source, sourceStride, destination, destinationStride, wholeRows, rows, 0, columns);
        }

        private static void ByElement(
            T* source, long sourceStride, T* destination, long destinationStride, int rowStart, int rowEnd, int columnStart, int columnEnd)
        {
            // The short side inside: few streams, each contiguous.
            if (columnEnd - columnStart < rowEnd - rowStart)
            {
                for (var r = rowStart; r < rowEnd; r++)
                {
                    for (var c = columnStart; c < columnEnd; c++)
                        destination[r * destinationStride + c] = source[c * sourceStride + r];
                }
            }
            else
            {
                for (var c = columnStart; c < columnEnd; c++)
                {
                    for (var r = rowStart; r < rowEnd; r++)
                        destination[r * destinationStride + c] = source[c * sourceStride + r];
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void InRegisters(float* source, long sourceStride, float* destination, long destinationStride)
    {
        var a0 = Vector256.Load(source);
        var a1 = Vector256.Load(source + sourceStride);
        var a2 = Vector256.Load(source + 2 * sourceStride);
        var a3 = Vector256.Load(source + 3 * sourceStride);
        var a4 = Vector256.Load(source + 4 * sourceStride);
        var a5 = Vector256.Load(source + 5 * sourceStride);
        var a6 = Vector256.Load(source + 6 * sourceStride);
        var a7 = Vector256.Load(source + 7 * sourceStride);

        var (p0, p1) = (Avx.UnpackLow(a0, a1), Avx.UnpackHigh(a0, a1));
        var (p2, p3) = (Avx.UnpackLow(a2, a3), Avx.UnpackHigh(a2, a3));
        var (p4, p5) = (Avx.UnpackLow(a4, a5), Avx.UnpackHigh(a4, a5));
        var (p6, p7) = (Avx.UnpackLow(a6, a7), Avx.UnpackHigh(a6, a7));

        const byte lowPairs = 0b_01_00_01_00;
        const byte highPairs = 0b_11_10_11_10;
        var (f0, f1) = (Avx.Shuffle(p0, p2, lowPairs), Avx.Shuffle(p0, p2, highPairs));
        var (f2, f3) = (Avx.Shuffle(p1, p3, lowPairs), Avx.Shuffle(p1, p3, highPairs));
        var (f4, f5) = (Avx.Shuffle(p4, p6, lowPairs), Avx.Shuffle(p4, p6, highPairs));
        var (f6, f7) = (Avx.Shuffle(p5, p7, lowPairs), Avx.Shuffle(p5, p7, highPairs));

        const byte lowHalves = 0x20;
        const byte highHalves = 0x31;
        Avx.Permute2x128(f0, f4, lowHalves).Store(destination);
        Avx.Permute2x128(f1, f5, lowHalves).Store(destination + destinationStride);
        Avx.Permute2x128(f2, f6, lowHalves).Store(destination + 2 * destinationStride);
        Avx.Permute2x128(f3, f7, lowHalves).Store(destination + 3 * destinationStride);
        Avx.Permute2x128(f0, f4, highHalves).Store(destination + 4 * destinationStride);
        Avx.Permute2x128(f1, f5, highHalves).Store(destination + 5 * destinationStride);
        Avx.Permute2x128(f2, f6, highHalves).Store(destination + 6 * destinationStride);
        Avx.Permute2x128(f3, f7, highHalves).Store(destination + 7 * destinationStride);
    }
}
