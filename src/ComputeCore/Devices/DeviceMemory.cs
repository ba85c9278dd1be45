namespace ComputeCore.Devices;

/// <summary>A block of a device's memory.</summary>
internal abstract class DeviceMemory(Device device, long bytes) : IDisposable
{
    private bool disposed;

    /// <summary>The block's size.</summary>
    public long Bytes { get; } = bytes;

    /// <summary>Copies host elements into the block, starting at a byte offset.</summary>
    public abstract void Write(long offset, ElementType type, ReadOnlySpan<byte> source);

    /// <summary>Makes a value at the beginning of the block, which holds zeros.</summary>
    public virtual void Make(InitialValue value)
    {
        if (value.Fill is not null)
            Write(0, value.Type.ElementType, value.Make().Bytes);
    }

    /// <summary>Copies elements from the block, starting at a byte offset, to the host.</summary>
    public abstract void Read(long offset, ElementType type, Span<byte> destination);

    /// <summary>Gives the block back.</summary>
    public void Dispose()
    {
        if (disposed)
            return;
        disposed = true;
        Release();
        device.Account(-Bytes);
    }

    /// <summary>Frees the underlying memory.</summary>
    protected abstract void Release();
}

/// <summary>A part of a block: where one tensor lies.</summary>
internal readonly record struct MemorySlice(DeviceMemory Memory, long Offset, TensorType Type);
