// Scatter-add along an axis, as torch.scatter_add: for axis 1 of rank 3,  y[i, index[i, j, k], k] += x[i, j, k].
//
// Elements that meet in one destination all come from one line along the axis. A line is added up by one worker from its
// first element to its last, so the sum's order is that of the index, whatever the thread count; work is cut across lines.
// Lines that are neighbours in memory are walked together, a piece of at most 256 at a time.
using ComputeCore.Kernels.Cpu.Threading;

namespace ComputeCore.Kernels.Cpu.Indexing;

/// <summary>Adds elements to places along an axis.</summary>
internal static unsafe class ScatterAdd
{
    private const int PieceLength = 256;

    /// <summary>
    /// Adds <paramref name="source"/>, of the index's shape, into <paramref name="destination"/>. Returns -1, or the first
    /// position in the index array that is out of range; elements with such indices are not added.
    /// </summary>
    public static long Run(
        WorkerPool pool,
        float* source,
        long* index,
        ReadOnlySpan<int> indexShape,
        int axis,
        float* destination,
        ReadOnlySpan<int> destinationShape)
    {
        Span<long> indexStrides = stackalloc long[indexShape.Length];
        Span<long> destinationStrides = stackalloc long[indexShape.Length];
        Strides.Contiguous(indexShape, indexStrides);
        Strides.Contiguous(destinationShape, destinationStrides);

        var lines = default(StridedDimensions);
        for (var i = 0; i < indexShape.Length; i++)
        {
            if (i != axis)
                lines.Add(new Dimension(indexShape[i], indexStrides[i], destinationStrides[i]));
        }

        var inner = lines.RemoveInnermost();
        var invalid = FirstInvalidIndex.None;
        var kernel = new Lines
        {
            Source = source,
            Index = index,
            Destination = destination,
            Inner = inner,
            IndexLength = indexShape[axis],
            IndexStride = indexStrides[axis],
            AxisSize = destinationShape[axis],
            AxisStride = destinationStrides[axis],
            Invalid = new FirstInvalidIndex(&invalid),
        };
        StridedRows.Run(pool, kernel, lines, inner, PieceLength, indexShape[axis]);
        return FirstInvalidIndex.Result(invalid);
    }

    private struct Lines : IRowKernel
    {
        public float* Source;
        public long* Index;
        public float* Destination;
        public Dimension Inner;
        public int IndexLength;
        public long IndexStride;
        public int AxisSize;
        public long AxisStride;
        public FirstInvalidIndex Invalid;

        public readonly void Run(long source, long destination, long count)
        {
            // The inner loop runs along memory: across the lines, or along them where the axis is the last.
            if (IndexStride == 1)
            {
                for (var line = 0L; line < count; line++)
                    Add(source + line * Inner.Source, 1, destination + line * Inner.Destination, 0, IndexLength);
            }
            else
            {
                for (var j = 0L; j < IndexLength; j++)
                    Add(source + j * IndexStride, Inner.Source, destination, Inner.Destination, count);
            }
        }

        private readonly void Add(long source, long sourceStep, long destination, long destinationStep, long count)
        {
            // Locals, because for all the compiler knows a store could change the fields.
            var x = Source;
            var indices = Index;
            var y = Destination + destination;
            var (stride, size) = (AxisStride, (ulong)AxisSize);
            for (var i = 0L; i < count; i++, source += sourceStep, y += destinationStep)
            {
                var index = indices[source];
                if ((ulong)index < size)
                    y[index * stride] += x[source];
                else
                    Invalid.Report(source);
            }
        }
    }
}
