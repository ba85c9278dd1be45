using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ComputeCore.Kernels;

/// <summary>A block of a device's memory, as kernels are given it. Each device has its own kind.</summary>
public interface IKernelMemory;

/// <summary>Elements in a device's memory.</summary>
/// <param name="Memory">The block.</param>
/// <param name="Offset">Bytes from the block's start to the first element.</param>
/// <param name="Length">Elements; at least 1.</param>
public readonly record struct DeviceView<T>(IKernelMemory Memory, long Offset, long Length)
    where T : unmanaged
{
    /// <summary>The same bytes as elements of another type.</summary>
    public DeviceView<TOther> Cast<TOther>()
        where TOther : unmanaged => new(Memory, Offset, Length * Unsafe.SizeOf<T>() / Unsafe.SizeOf<TOther>());

    /// <summary>Elements from <paramref name="start"/> on.</summary>
    public DeviceView<T> Slice(long start, long length) => new(Memory, Offset + start * Unsafe.SizeOf<T>(), length);
}

/// <summary>What a kernel's parameter is given: memory, or a scalar's bytes.</summary>
/// <param name="Memory">A view's block; null for a scalar.</param>
/// <param name="Offset">A view's first byte in its block.</param>
/// <param name="Bytes">A view's size in bytes.</param>
/// <param name="Scalar">A scalar's value, boxed; null for a view.</param>
public readonly record struct KernelArgument(IKernelMemory? Memory, long Offset, long Bytes, object? Scalar)
{
    /// <summary>A view.</summary>
    public static KernelArgument View<T>(DeviceView<T> view)
        where T : unmanaged => new(view.Memory, view.Offset, view.Length * Unsafe.SizeOf<T>(), null);

    /// <summary>A scalar or a struct of scalars.</summary>
    public static KernelArgument Value<T>(T value)
        where T : unmanaged => new(null, 0, Unsafe.SizeOf<T>(), value);
}

/// <summary>A kernel, how many work-items run it, and on what: everything a device needs to run it, now or again and again.</summary>
/// <param name="Method">The kernel.</param>
/// <param name="Grid">Groups.</param>
/// <param name="Group">Work-items of a group.</param>
/// <param name="Arguments">One per parameter of the kernel, in order.</param>
public sealed record KernelDispatch(KernelMethod Method, Extent Grid, Extent Group, IReadOnlyList<KernelArgument> Arguments)
{
    /// <summary>The scalars' bytes as push constants: in order, each at its parameter's <see cref="KernelParameter.Slot"/>.</summary>
    public byte[] PushConstants()
    {
        var scalars = Method.Parameters.Where(parameter => !parameter.IsView).ToArray();
        var bytes = new byte[scalars.Length == 0 ? 0 : scalars.Max(parameter => parameter.Slot + parameter.Size)];
        for (var i = 0; i < Arguments.Count; i++)
        {
            if (Arguments[i].Scalar is not { } value)
                continue;
            // The bytes of a boxed unmanaged value are those that C# lays out, not those that marshalling would.
            ref var first = ref Unsafe.As<Box>(value).First;
            MemoryMarshal.CreateReadOnlySpan(ref first, Method.Parameters[i].Size).CopyTo(bytes.AsSpan(Method.Parameters[i].Slot));
        }

        return bytes;
    }

    private sealed class Box
    {
        public byte First;
    }
}
