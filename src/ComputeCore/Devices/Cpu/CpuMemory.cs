using System.Runtime.InteropServices;

namespace ComputeCore.Devices.Cpu;

/// <summary>Native memory, zeroed, aligned to a cache line.</summary>
internal sealed unsafe class CpuMemory : DeviceMemory
{
    private const nuint CacheLine = 64;

    // What was allocated, and its first aligned byte.
    private void* block;
    private byte* pointer;

    public CpuMemory(Device device, long bytes)
        : base(device, bytes)
    {
        var isLarge = (nuint)bytes >= HugePages.Size;
        var alignment = isLarge ? HugePages.Size : CacheLine;
        try
        {
            // Fresh pages of the system are zero already: a large block's are first touched, and counted, when they are used.
            block = NativeMemory.AllocZeroed((nuint)bytes + alignment);
        }
        catch (OutOfMemoryException e)
        {
            throw new DeviceException($"The device cpu is out of memory: {bytes:N0} bytes were asked for beside the {device.AllocatedBytes:N0} in use. Use a smaller batch.", e);
        }

        pointer = (byte*)(((nuint)block + alignment - 1) & ~(alignment - 1));
        device.Account(bytes);
        if (isLarge)
            HugePages.AdviseFor(pointer, (nuint)bytes);
    }

    /// <summary>The address of a byte of the block.</summary>
    public nint At(long offset) => (nint)(pointer + offset);

    public override void Write(long offset, ElementType type, ReadOnlySpan<byte> source) => source.CopyTo(Span(offset, source.Length));

    public override void Make(InitialValue value) => value.Fill?.Invoke(Span(0, checked((int)value.Type.SizeInBytes)));

    public override void Read(long offset, ElementType type, Span<byte> destination) => Span(offset, destination.Length).CopyTo(destination);

    protected override void Release()
    {
        NativeMemory.Free(block);
        block = pointer = null;
    }

    private Span<byte> Span(long offset, int length)
    {
        ObjectDisposedException.ThrowIf(pointer is null, this);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset + length, Bytes);
        return new Span<byte>(pointer + offset, length);
    }
}
