// Gather along an axis, as torch.gather: for axis 1 of rank 3,  y[i, j, k] = x[i, index[i, j, k], k].
// The index may be shorter than the source along the other axes. Reads 8 bytes of index and one element, writes one.
using ComputeCore.Kernels.Cpu.Threading;

namespace ComputeCore.Kernels.Cpu.Indexing;

/// <summary>Picks elements along an axis.</summary>
internal static unsafe class Gather
{
    /// <summary>
    /// Gathers into <paramref name="destination"/>, of the index's shape. Returns -1, or the first position in the index
    /// array that is out of range; elements with such indices are not written.
    /// </summary>
    public static long Run(
        WorkerPool pool,
        void* source,
        ReadOnlySpan<int> sourceShape,
        long* index,
        ReadOnlySpan<int> indexShape,
        int axis,
        void* destination,
        int elementSize) => elementSize switch
    {
        1 => Run(pool, (byte*)source, sourceShape, index, indexShape, axis, (byte*)destination),
        2 => Run(pool, (ushort*)source, sourceShape, index, indexShape, axis, (ushort*)destination),
        4 => Run(pool, (uint*)source, sourceShape, index, indexShape, axis, (uint*)destination),
        8 => Run(pool, (ulong*)source, sourceShape, index, indexShape, axis, (ulong*)destination),
        _ => throw new ArgumentOutOfRangeException(nameof(elementSize), elementSize, "Elements have 1, 2, 4 or 8 bytes."),
    };

    private static long Run<T>(
        WorkerPool pool, T* source, ReadOnlySpan<int> sourceShape, long* index, ReadOnlySpan<int> indexShape, int axis, T* destination)
        where T : unmanaged
    {
        Span<long> sourceStrides = stackalloc long[sourceShape.Length];
        Span<long> indexStrides = stackalloc long[indexShape.Length];
        Strides.Contiguous(sourceShape, sourceStrides);
        Strides.Contiguous(indexShape, indexStrides);
        var axisStride = sourceStrides[axis];
        sourceStrides[axis] = 0;

        var dimensions = default(StridedDimensions);
        for (var i = 0; i < indexShape.Length; i++)
            dimensions.Add(new Dimension(indexShape[i], sourceStrides[i], indexStrides[i]));
        var inner = dimensions.RemoveInnermost();

        var invalid = FirstInvalidIndex.None;
        var kernel = new Row<T>
        {
            Source = source,
            Index = index,
            Destination = destination,
            SourceStep = inner.Source,
            AxisStride = axisStride,
            AxisSize = sourceShape[axis],
            Invalid = new FirstInvalidIndex(&invalid),
        };
        StridedRows.Run(pool, kernel, dimensions, inner);
        return FirstInvalidIndex.Result(invalid);
    }

    private struct Row<T> : IRowKernel
        where T : unmanaged
    {
        public T* Source;
        public long* Index;
        public T* Destination;
        public long SourceStep;
        public long AxisStride;
        public long AxisSize;
        public FirstInvalidIndex Invalid;

        public readonly void Run(long source, long destination, long count)
        {
            // Locals, because for all the compiler knows a store could change the fields.
            var x = Source + source;
            var y = Destination + destination;
            var indices = Index + destination;
            var (step, stride, size) = (SourceStep, AxisStride, (ulong)AxisSize);
            for (var i = 0L; i < count; i++, x += step)
            {
                if ((ulong)indices[i] < size)
                    y[i] = x[indices[i] * stride];
                else
                    Invalid.Report(destination + i);
            }
        }
    }
}
