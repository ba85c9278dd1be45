using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ComputeCore.Kernels;

namespace ComputeCore.Accelerators;

/// <summary>Elements in a device's memory, for kernels of the user's own.</summary>
public sealed class DeviceBuffer<T> : IDisposable
    where T : unmanaged
{
    private readonly AcceleratorMemory memory;

    internal DeviceBuffer(AcceleratorDevice device, int length)
    {
        Length = length;
        memory = device.Allocate((long)length * Unsafe.SizeOf<T>());
    }

    /// <summary>Elements.</summary>
    public int Length { get; }

    /// <summary>All elements, as a kernel takes them.</summary>
    public DeviceView<T> View => new(memory, 0, Length);

    /// <summary>Copies elements to the device.</summary>
    /// <param name="values">At most <see cref="Length"/>; they go to the buffer's beginning.</param>
    public void Write(ReadOnlySpan<T> values) => memory.Write(0, default, MemoryMarshal.AsBytes(values));

    /// <summary>Copies elements from the device.</summary>
    /// <param name="values">At most <see cref="Length"/>; they come from the buffer's beginning.</param>
    public void Read(Span<T> values) => memory.Read(0, default, MemoryMarshal.AsBytes(values));

    /// <summary>Copies all elements from the device.</summary>
    public T[] ToArray()
    {
        var values = new T[Length];
        Read(values);
        return values;
    }

    /// <inheritdoc/>
    public void Dispose() => memory.Dispose();
}
