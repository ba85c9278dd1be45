using ComputeCore.Devices.Cpu;
using ComputeCore.Kernels.Cpu.Indexing;

namespace ComputeCore.Operations;

/// <summary>What operations that only move elements share.</summary>
internal static class StridedCopies
{
    /// <summary>A kernel of the CPU that copies elements between two layouts.</summary>
    /// <param name="type">The type whose elements are copied.</param>
    /// <param name="shape">How many along each axis.</param>
    /// <param name="sourceOffset">Where the first lies in the input.</param>
    /// <param name="sourceStrides">How far apart neighbours along each axis lie in the input; 0 repeats.</param>
    /// <param name="destinationOffset">Where the first lies in the result.</param>
    /// <param name="destinationStrides">How far apart neighbours along each axis lie in the result.</param>
    public static unsafe CpuKernel ToKernel(TensorType type, Shape shape, long sourceOffset, long[] sourceStrides, long destinationOffset, long[] destinationStrides)
    {
        var size = type.ElementType.SizeInBytes();
        return new CpuKernel(arguments => StridedCopy.Run(
            arguments.Pool,
            arguments.Input<byte>(0) + sourceOffset * size,
            sourceStrides,
            arguments.Output<byte>(0) + destinationOffset * size,
            destinationStrides,
            shape.AsSpan(),
            size));
    }

    /// <summary>Sets all elements of a kernel's first result to zero, with all threads.</summary>
    public static unsafe void Clear(CpuArguments arguments, TensorType type)
    {
        var zero = 0L;
        StridedCopy.Fill(arguments.Pool, &zero, arguments.Output<byte>(0), type.ElementType.SizeInBytes(), type.Shape.AsSpan());
    }

    /// <summary>A shape seen as [outer, axis, inner]: what stands before an axis, the axis, and what stands after it.</summary>
    public static (int Outer, int Extent, int Inner) Around(this Shape shape, int axis)
    {
        var extents = shape.AsSpan();
        return (checked((int)Shape.Create(extents[..axis]).ElementCount), extents[axis], checked((int)Shape.Create(extents[(axis + 1)..]).ElementCount));
    }
}
