using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ComputeCore.Devices;
using ComputeCore.Kernels;

namespace ComputeCore.Accelerators;

/// <summary>An operation as dispatches, before it is given memory.</summary>
/// <param name="body">Called once, when the program is linked.</param>
internal sealed class AcceleratorKernel(Func<AcceleratorArguments, IEnumerable<KernelDispatch>> body) : DeviceKernel
{
    /// <summary>Makes the dispatches for the memory that the operation works on.</summary>
    public Func<AcceleratorArguments, IEnumerable<KernelDispatch>> Body { get; } = body;
}

/// <summary>The memory that an operation works on.</summary>
internal sealed class AcceleratorArguments(AcceleratorDevice device, KernelLaunch launch, List<AcceleratorMemory> tables)
{
    /// <summary>The elements of an input; one element of no meaning if it is empty.</summary>
    public DeviceView<T> Input<T>(int index)
        where T : unmanaged => View<T>(launch.Inputs[index]);

    /// <summary>The elements of a result; one element of no meaning if it is empty.</summary>
    public DeviceView<T> Output<T>(int index)
        where T : unmanaged => View<T>(launch.Outputs[index]);

    /// <summary>A part of the scratch memory.</summary>
    /// <param name="offset">Bytes from its start; a multiple of 64.</param>
    /// <param name="length">Elements.</param>
    public DeviceView<T> Workspace<T>(long offset, long length)
        where T : unmanaged => new((AcceleratorMemory)launch.Workspace.Memory, launch.Workspace.Offset + offset, length);

    /// <summary>Constant elements, copied to the device once and kept as long as the program.</summary>
    /// <param name="values">At least one.</param>
    public DeviceView<T> Table<T>(params ReadOnlySpan<T> values)
        where T : unmanaged
    {
        var memory = device.Allocate((long)values.Length * Unsafe.SizeOf<T>());
        tables.Add(memory);
        memory.Write(0, default, MemoryMarshal.AsBytes(values));
        return new(memory, 0, values.Length);
    }

    private DeviceView<T> View<T>(MemorySlice slice)
        where T : unmanaged
    {
        if (Unsafe.SizeOf<T>() != slice.Type.ElementType.SizeInBytes())
            throw new InvalidOperationException($"A kernel takes elements of {typeof(T).Name} for a tensor {slice.Type}.");
        // An empty tensor has no memory, and a kernel takes no empty view.
        return slice.Type.Shape.ElementCount > 0 ? new((AcceleratorMemory)slice.Memory, slice.Offset, slice.Type.Shape.ElementCount) : Table(default(T));
    }
}
