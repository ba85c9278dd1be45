using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ComputeCore.Kernels.Cpu.Threading;

namespace ComputeCore.Kernels.Cpu.Reduction;

// NaN counts as the greatest, and the first of equals wins (PyTorch's rule). Along the last dimension: the maximum by vectors,
// then a search for its first place. Along another: columns side by side, one row after the other.

/// <summary>The index of the greatest element along one dimension of a tensor viewed as [outer, length, inner].</summary>
internal static unsafe class ArgMax
{
    private const int ColumnsPerItem = 512;
    private const long ElementsPerItem = 32768;

    /// <summary>Writes [outer, inner] indices into [0, length); length must not be 0.</summary>
    /// <typeparam name="TIndex">int or long.</typeparam>
    public static void Run<TIndex>(WorkerPool pool, float* source, TIndex* destination, long outer, int length, long inner)
        where TIndex : unmanaged, IBinaryInteger<TIndex>
    {
        var width = Math.Min(inner, ColumnsPerItem);
        var loop = new Loop<TIndex> { Source = source, Destination = destination, Outer = outer, Length = length, Inner = inner };
        loop.Blocks = (inner + ColumnsPerItem - 1) / ColumnsPerItem;
        loop.OuterPerItem = loop.Blocks > 1 ? 1 : Math.Max(1, ElementsPerItem / Math.Max(1, length * width));
        pool.For(checked((int)((outer + loop.OuterPerItem - 1) / loop.OuterPerItem * loop.Blocks)), loop);
    }

    private static bool IsGreater(float a, float b) => a > b || (float.IsNaN(a) && !float.IsNaN(b));

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static int OfRow(float* row, int length)
    {
        var i = 0;
        var lanes = Vector512.Create(float.NegativeInfinity);
        for (; i <= length - 16; i += 16)
            lanes = Vector512.Max(lanes, Vector512.Load(row + i));
        var greatest = float.NegativeInfinity;
        for (var lane = 0; lane < 16; lane++)
            greatest = MathF.Max(greatest, lanes[lane]);
        for (; i < length; i++)
            greatest = MathF.Max(greatest, row[i]);
        return FirstOf(row, greatest, length);
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static int FirstOf(float* row, float value, int length)
    {
        var sought = Vector512.Create(value);
        var i = 0;
        for (; i <= length - 16; i += 16)
        {
            var x = Vector512.Load(row + i);
            var found = Vector512.ExtractMostSignificantBits(Vector512.Equals(x, sought) | (Vector512.IsNaN(x) & Vector512.IsNaN(sought)));
            if (found != 0)
                return i + BitOperations.TrailingZeroCount(found);
        }

        while (!row[i].Equals(value)) // NaN equals NaN, 0 equals -0
            i++;
        return i;
    }

    private struct Loop<TIndex> : IParallelBody
        where TIndex : unmanaged, IBinaryInteger<TIndex>
    {
        public float* Source;
        public TIndex* Destination;
        public long Outer;
        public int Length;
        public long Inner;
        public long Blocks;
        public long OuterPerItem;

        [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
        public readonly void Run(int index, int worker)
        {
            var (item, block) = Math.DivRem(index, Blocks);
            var end = Math.Min(Outer, (item + 1) * OuterPerItem);
            for (var outer = item * OuterPerItem; outer < end; outer++)
            {
                if (Inner == 1)
                    Destination[outer] = TIndex.CreateTruncating(OfRow(Source + (outer * Length), Length));
                else
                    OfColumns(outer, block * ColumnsPerItem);
            }
        }

        private readonly void OfColumns(long outer, long firstColumn)
        {
            var greatest = stackalloc float[ColumnsPerItem];
            var columns = (int)Math.Min(ColumnsPerItem, Inner - firstColumn);
            var source = Source + (outer * Length * Inner) + firstColumn;
            var indices = Destination + (outer * Inner) + firstColumn;
            for (var column = 0; column < columns; column++)
            {
                greatest[column] = source[column];
                indices[column] = TIndex.Zero;
            }

            for (var i = 1; i < Length; i++)
            {
                var row = source + (i * Inner);
                for (var column = 0; column < columns; column++)
                {
                    if (!IsGreater(row[column], greatest[column]))
                        continue;
                    greatest[column] = row[column];
                    indices[column] = TIndex.CreateTruncating(i);
                }
            }
        }
    }
}
