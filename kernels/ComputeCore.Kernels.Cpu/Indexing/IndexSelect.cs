// Rows by index, as torch.index_select and embedding lookup: y[o, i, :] = x[o, index[i], :], and its gradient,
// dx[o, index[i], :] += dy[o, i, :].
//
// The lookup copies whole rows in parallel. The gradient is cut across columns, 64 at a time: each worker walks all indices
// in order for its own columns, so equal indices (frequent tokens) neither collide nor change the order of addition.
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ComputeCore.Kernels.Cpu.Simd;
using ComputeCore.Kernels.Cpu.Threading;

namespace ComputeCore.Kernels.Cpu.Indexing;

/// <summary>Selects rows by index, and adds rows at indices.</summary>
internal static unsafe class IndexSelect
{
    private const int ColumnBlock = 64;

    /// <summary>
    /// destination [outer, count, inner] = rows of source [outer, axisSize, inner]. Returns -1, or, having written nothing,
    /// the first position in the index array that is out of range.
    /// </summary>
    public static long Run(
        WorkerPool pool, void* source, long* index, void* destination, int outer, int axisSize, int count, int inner, int elementSize)
    {
        var invalid = FirstInvalid(index, count, axisSize);
        if (invalid >= 0)
            return invalid;
        var chunks = new Chunks((long)outer * count, inner);
        pool.For(chunks.Count, new SelectBody
        {
            Source = (byte*)source,
            Index = index,
            Destination = (byte*)destination,
            AxisSize = axisSize,
            Count = count,
            RowBytes = (long)inner * elementSize,
            Chunks = chunks,
        });
        return -1;
    }

    /// <summary>
    /// Adds the rows of source [outer, count, inner] to those of destination [outer, axisSize, inner], in the order of the
    /// index. Returns -1, or, having added nothing, the first position in the index array that is out of range.
    /// </summary>
    public static long Add(WorkerPool pool, float* source, long* index, float* destination, int outer, int axisSize, int count, int inner)
    {
        var invalid = FirstInvalid(index, count, axisSize);
        if (invalid >= 0)
            return invalid;
        var blocks = (inner + ColumnBlock - 1) / ColumnBlock;
        var chunks = new Chunks((long)outer * blocks, (long)count * Math.Min(inner, ColumnBlock));
        pool.For(chunks.Count, new AddBody
        {
            Source = source,
            Index = index,
            Destination = destination,
            AxisSize = axisSize,
            Count = count,
            Inner = inner,
            Blocks = blocks,
            Chunks = chunks,
        });
        return -1;
    }

    private static long FirstInvalid(long* index, int count, int axisSize)
    {
        for (var i = 0; i < count; i++)
        {
            if ((ulong)index[i] >= (ulong)axisSize)
                return i;
        }

        return -1;
    }

    private struct SelectBody : IParallelBody
    {
        public byte* Source;
        public long* Index;
        public byte* Destination;
        public int AxisSize;
        public int Count;
        public long RowBytes;
        public Chunks Chunks;

        [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
        public readonly void Run(int index, int worker)
        {
            for (var row = Chunks.Start(index); row < Chunks.End(index); row++)
            {
                var (outer, i) = Math.DivRem(row, Count);
                var source = Source + (outer * AxisSize + Index[i]) * RowBytes;
                var destination = Destination + row * RowBytes;
                if (RowBytes == sizeof(float))
                    Unsafe.CopyBlockUnaligned(destination, source, sizeof(float));
                else
                    Buffer.MemoryCopy(source, destination, RowBytes, RowBytes);
            }
        }
    }

    private struct AddBody : IParallelBody
    {
        public float* Source;
        public long* Index;
        public float* Destination;
        public int AxisSize;
        public int Count;
        public int Inner;
        public int Blocks;
        public Chunks Chunks;

        [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
        public readonly void Run(int index, int worker)
        {
            for (var item = Chunks.Start(index); item < Chunks.End(index); item++)
            {
                var (outer, block) = Math.DivRem(item, Blocks);
                var column = block * ColumnBlock;
                var columns = (int)Math.Min(ColumnBlock, Inner - column);
                for (var i = 0; i < Count; i++)
                {
                    AddRow(
                        Source + (outer * Count + i) * Inner + column,
                        Destination + (outer * AxisSize + Index[i]) * Inner + column,
                        columns);
                }
            }
        }

        [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
        private static void AddRow(float* source, float* destination, int columns)
        {
            var c = 0;
            for (; c <= columns - Lanes.Count; c += Lanes.Count)
                (Vector512.Load(destination + c) + Vector512.Load(source + c)).Store(destination + c);
            if (c < columns)
                Lanes.Store(destination + c, columns - c, Lanes.Load(destination + c, columns - c) + Lanes.Load(source + c, columns - c));
        }
    }
}
