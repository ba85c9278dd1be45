// Copy between strided arrays of up to 8 axes: transpose and permute, slices with any step, broadcast, and writing into a
// part of a larger array. Elements are bits: 1, 2, 4 or 8 bytes.
//
// After joining axes there are four cases, by the innermost axis of the destination:
//   contiguous in both             rows are copied as blocks of memory
//   source does not move           rows are filled with one element
//   source contiguous elsewhere    2-D transpose in tiles of 16 x 16 (Transpose.cs)
//   anything else                  element by element
// All of them move each byte once in and once out.
using System.Runtime.CompilerServices;
using ComputeCore.Kernels.Cpu.Threading;

namespace ComputeCore.Kernels.Cpu.Indexing;

/// <summary>Copies between strided arrays.</summary>
internal static unsafe class StridedCopy
{
    /// <summary>
    /// Copies an array of the given shape. The pointers are to the element with all indices zero; strides count elements
    /// and may be zero (in the source) or negative.
    /// </summary>
    public static void Run(
        WorkerPool pool,
        void* source,
        ReadOnlySpan<long> sourceStrides,
        void* destination,
        ReadOnlySpan<long> destinationStrides,
        ReadOnlySpan<int> shape,
        int elementSize)
    {
        var dimensions = default(StridedDimensions);
        for (var i = 0; i < shape.Length; i++)
            dimensions.Add(new Dimension(shape[i], sourceStrides[i], destinationStrides[i]));
        switch (elementSize)
        {
            case 1:
                Run(pool, (byte*)source, (byte*)destination, dimensions);
                break;
            case 2:
                Run(pool, (ushort*)source, (ushort*)destination, dimensions);
                break;
            case 4:
                Run(pool, (uint*)source, (uint*)destination, dimensions);
                break;
            case 8:
                Run(pool, (ulong*)source, (ulong*)destination, dimensions);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(elementSize), elementSize, "Elements have 1, 2, 4 or 8 bytes.");
        }
    }

    /// <summary>Sets all elements of a contiguous array to one value, given by its address.</summary>
    public static void Fill(WorkerPool pool, void* value, void* destination, int elementSize, params ReadOnlySpan<int> shape)
    {
        Span<long> sourceStrides = stackalloc long[StridedDimensions.MaximumRank];
        Span<long> destinationStrides = stackalloc long[StridedDimensions.MaximumRank];
        sourceStrides.Clear();
        Strides.Contiguous(shape, destinationStrides);
        Run(pool, value, sourceStrides, destination, destinationStrides, shape, elementSize);
    }

    private static void Run<T>(WorkerPool pool, T* source, T* destination, StridedDimensions dimensions)
        where T : unmanaged
    {
        var inner = dimensions.RemoveInnermost();
        if (inner.Destination == 1 && inner.Source == 1)
        {
            StridedRows.Run(pool, new CopyRow<T> { Source = source, Destination = destination }, dimensions, inner);
            return;
        }

        if (inner.Destination == 1 && inner.Source == 0)
        {
            StridedRows.Run(pool, new FillRow<T> { Source = source, Destination = destination }, dimensions, inner);
            return;
        }

        for (var axis = 0; axis < dimensions.Rank; axis++)
        {
            if (inner.Destination == 1 && dimensions[axis].Source == 1)
            {
                var contiguous = dimensions.Remove(axis);
                Transpose.Run(pool, source, destination, dimensions, contiguous, inner);
                return;
            }
        }

        var step = new StepRow<T> { Source = source, Destination = destination, SourceStep = inner.Source, DestinationStep = inner.Destination };
        StridedRows.Run(pool, step, dimensions, inner);
    }

    private struct CopyRow<T> : IRowKernel
        where T : unmanaged
    {
        public T* Source;
        public T* Destination;

        public readonly void Run(long source, long destination, long count) =>
            Unsafe.CopyBlockUnaligned(Destination + destination, Source + source, (uint)(count * sizeof(T)));
    }

    private struct FillRow<T> : IRowKernel
        where T : unmanaged
    {
        public T* Source;
        public T* Destination;

        public readonly void Run(long source, long destination, long count) =>
            new Span<T>(Destination + destination, (int)count).Fill(Source[source]);
    }

    private struct StepRow<T> : IRowKernel
        where T : unmanaged
    {
        public T* Source;
        public T* Destination;
        public long SourceStep;
        public long DestinationStep;

        public readonly void Run(long source, long destination, long count)
        {
            var x = Source + source;
            var y = Destination + destination;
            for (var i = 0L; i < count; i++, x += SourceStep, y += DestinationStep)
                *y = *x;
        }
    }
}
