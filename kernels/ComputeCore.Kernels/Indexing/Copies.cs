// Copies between two strided layouts of one shape: permutations, slices, broadcasts, and parts of concatenations. Elements are
// moved, not computed with, so there is a version per size and not per type.
//
// Copy walks the destination's elements in the order of the axes, which is nearly always that in memory; each work-item finds its
// place in both layouts from its number by divisions (as products) with a table of the axes.
//
// Where the source's neighbours are not the destination's, half of such accesses would fetch a cache line per element.
// CopyTransposed then moves tiles of 32 x 32 elements through shared memory: rows of the source in, columns out, both whole lines.
// A row of the tile is one element longer than needed, so that columns lie in different banks (Ruetsch, Micikevicius, "Optimizing
// matrix transpose in CUDA", 2009).
//
// Bytes: each element once in, once out. Shared memory: 32 x 33 elements, 8448 bytes at most.
using ComputeCore.Kernels.Mathematics;
using ILGPU;

namespace ComputeCore.Kernels.Indexing;

/// <summary>Copies between layouts.</summary>
internal static partial class Copies
{
    /// <summary>The edge of a transposed tile.</summary>
    public const int Tile = 32;

    /// <summary>Rows of a tile that a group of 256 work-items moves at once.</summary>
    public const int TileRows = 8;

    /// <summary>Copies element by element.</summary>
    /// <param name="x">The source.</param>
    /// <param name="y">The destination.</param>
    /// <param name="axes">From <see cref="StridedAxes.Table"/>.</param>
    /// <param name="rank">How many axes.</param>
    /// <param name="sourceOffset">Where the first element lies in the source.</param>
    /// <param name="destinationOffset">Where the first element lies in the destination.</param>
    /// <param name="count">How many elements.</param>
    [Kernel]
    [KernelInstance(typeof(byte))]
    [KernelInstance(typeof(int))]
    [KernelInstance(typeof(long))]
    public static void Copy<T>(ArrayView<T> x, ArrayView<T> y, ArrayView<int> axes, int rank, int sourceOffset, int destinationOffset, int count)
        where T : unmanaged
    {
        var rest = FlatIndex.Get();
        if (rest >= count)
            return;
        var source = sourceOffset;
        var destination = destinationOffset;
        for (var axis = 0; axis < rank; axis++)
        {
            var entry = axis * StridedAxes.Entry;
            var quotient = QuickDivision.Quotient(rest, axes[entry + 1], axes[entry + 2]);
            var coordinate = rest - quotient * axes[entry];
            source += coordinate * axes[entry + 3];
            destination += coordinate * axes[entry + 4];
            rest = quotient;
        }

        y[destination] = x[source];
    }

    /// <summary>
    /// Copies tiles of two axes: neighbours along the first, of extent <paramref name="rows"/>, are neighbours in the source, those
    /// along the second, of extent <paramref name="columns"/>, in the destination. The grid counts tiles along the first and the
    /// second, and repetitions of the other axes.
    /// </summary>
    /// <param name="x">The source.</param>
    /// <param name="y">The destination.</param>
    /// <param name="axes">The other axes, from <see cref="StridedAxes.Table"/>.</param>
    /// <param name="rank">How many other axes.</param>
    /// <param name="sourceOffset">Where the first element lies in the source.</param>
    /// <param name="batches">Repetitions.</param>
    /// <param name="rows">The extent of the axis whose stride in the source is 1.</param>
    /// <param name="rowStride">Its stride in the destination.</param>
    /// <param name="columns">The extent of the axis whose stride in the destination is 1.</param>
    /// <param name="columnStride">Its stride in the source.</param>
    [Kernel]
    [KernelInstance(typeof(byte))]
    [KernelInstance(typeof(int))]
    [KernelInstance(typeof(long))]
    public static void CopyTransposed<T>(
        ArrayView<T> x, ArrayView<T> y, ArrayView<int> axes, int rank, int sourceOffset, int batches, int rows, int rowStride, int columns, int columnStride)
        where T : unmanaged
    {
        var tile = SharedMemory.Allocate<T>(Tile * (Tile + 1));
        var lane = Group.IdxX % Tile;
        var line = Group.IdxX / Tile;
        var row = Grid.IdxX * Tile;
        var column = Grid.IdxY * Tile;
        for (var batch = Grid.IdxZ; batch < batches; batch += Grid.DimZ)
        {
            var rest = batch;
            var source = sourceOffset;
            var destination = 0;
            for (var axis = 0; axis < rank; axis++)
            {
                var entry = axis * StridedAxes.Entry;
                var quotient = QuickDivision.Quotient(rest, axes[entry + 1], axes[entry + 2]);
                var coordinate = rest - quotient * axes[entry];
                source += coordinate * axes[entry + 3];
                destination += coordinate * axes[entry + 4];
                rest = quotient;
            }

            for (var i = line; i < Tile; i += TileRows)
                if (row + lane < rows && column + i < columns)
                    tile[i * (Tile + 1) + lane] = x[source + (column + i) * columnStride + row + lane];
            Group.Barrier();
            for (var i = line; i < Tile; i += TileRows)
                if (row + i < rows && column + lane < columns)
                    y[destination + (row + i) * rowStride + column + lane] = tile[lane * (Tile + 1) + i];
            Group.Barrier();
        }
    }
}
