// Padding with a constant: the destination is filled, then the source copied into its middle. Padding in front of a
// convolution never comes here, convolutions pad on the fly.
using ComputeCore.Kernels.Cpu.Threading;

namespace ComputeCore.Kernels.Cpu.Indexing;

/// <summary>Pads an array with a constant on any side.</summary>
internal static unsafe class Pad
{
    /// <summary>
    /// Writes <paramref name="source"/> of the given shape into <paramref name="destination"/>, whose axes are longer by
    /// before + after, and the element at <paramref name="value"/> around it.
    /// </summary>
    public static void Run(
        WorkerPool pool,
        void* source,
        ReadOnlySpan<int> shape,
        ReadOnlySpan<int> before,
        ReadOnlySpan<int> after,
        void* value,
        void* destination,
        int elementSize)
    {
        Span<int> padded = stackalloc int[shape.Length];
        Span<long> sourceStrides = stackalloc long[shape.Length];
        Span<long> destinationStrides = stackalloc long[shape.Length];
        for (var i = 0; i < shape.Length; i++)
            padded[i] = before[i] + shape[i] + after[i];
        Strides.Contiguous(shape, sourceStrides);
        Strides.Contiguous(padded, destinationStrides);

        var origin = 0L;
        for (var i = 0; i < shape.Length; i++)
            origin += before[i] * destinationStrides[i];
        StridedCopy.Fill(pool, value, destination, elementSize, padded);
        StridedCopy.Run(pool, source, sourceStrides, (byte*)destination + origin * elementSize, destinationStrides, shape, elementSize);
    }
}
