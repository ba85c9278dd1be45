using ComputeCore.Devices;
using ComputeCore.Kernels;

namespace ComputeCore.Accelerators;

/// <summary>A block of an accelerator's memory. Elements lie as on the host, a truth value in one byte.</summary>
internal abstract class AcceleratorMemory(Device device, long bytes) : DeviceMemory(device, bytes), IKernelMemory
{
    public sealed override void Write(long offset, ElementType type, ReadOnlySpan<byte> source)
    {
        CheckRange(offset, source.Length);
        if (!source.IsEmpty)
            Upload(offset, source);
    }

    public sealed override void Read(long offset, ElementType type, Span<byte> destination)
    {
        CheckRange(offset, destination.Length);
        if (!destination.IsEmpty)
            Download(offset, destination);
    }

    /// <summary>Copies bytes to the device; they may change when this returns.</summary>
    protected abstract void Upload(long offset, ReadOnlySpan<byte> source);

    /// <summary>Copies bytes from the device, after everything launched before is done.</summary>
    protected abstract void Download(long offset, Span<byte> destination);

    private void CheckRange(long offset, int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset + length, Bytes);
    }
}
