using System.Runtime.CompilerServices;
using ComputeCore.Kernels;

namespace ComputeCore.Accelerators.Lowerings;

/// <summary>Parts of an operation's scratch memory, one after the other.</summary>
internal sealed class Scratch
{
    private const int Alignment = 64;

    /// <summary>The bytes of all parts.</summary>
    public long Bytes { get; private set; }

    /// <summary>Adds a part; it may be empty, and then must not be viewed.</summary>
    public ScratchPart<T> Take<T>(long length)
        where T : unmanaged
    {
        var part = new ScratchPart<T>(Bytes, length);
        Bytes += (length * Unsafe.SizeOf<T>() + Alignment - 1) / Alignment * Alignment;
        return part;
    }

    /// <summary>A kernel with this memory.</summary>
    public AcceleratorKernel Kernel(Func<AcceleratorArguments, IEnumerable<KernelDispatch>> dispatches) => new(dispatches) { WorkspaceBytes = Bytes };
}

/// <summary>A part of the scratch memory.</summary>
internal readonly record struct ScratchPart<T>(long Offset, long Length)
    where T : unmanaged
{
    /// <summary>Its elements.</summary>
    public DeviceView<T> View(AcceleratorArguments arguments) => arguments.Workspace<T>(Offset, Length);
}
