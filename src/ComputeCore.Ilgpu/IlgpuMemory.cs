using ComputeCore.Accelerators;
using ComputeCore.Devices;
using ILGPU;
using ILGPU.Runtime;

namespace ComputeCore.Ilgpu;

/// <summary>A block of memory that ILGPU allocated.</summary>
internal sealed class IlgpuMemory : AcceleratorMemory
{
    private readonly string device;
    private readonly StagingBuffer staging;
    private readonly MemoryBuffer1D<byte, Stride1D.Dense> buffer;

    public IlgpuMemory(IlgpuDevice device, Accelerator accelerator, StagingBuffer staging, long bytes)
        : base(device, bytes)
    {
        this.device = device.Name;
        this.staging = staging;
        // A driver may promise memory that it doesn't have.
        if (device.AllocatedBytes + bytes > accelerator.MemorySize)
            throw OutOfMemory(null);
        try
        {
            buffer = accelerator.Allocate1D<byte>(bytes);
        }
        catch (AcceleratorException e)
        {
            throw OutOfMemory(e);
        }

        device.Account(bytes);
        buffer.MemSetToZero(accelerator.DefaultStream);

        DeviceException OutOfMemory(Exception? inner) => new(
            $"The device {device.Name} is out of memory: {bytes:N0} bytes were asked for beside the {device.AllocatedBytes:N0} in use, of {accelerator.MemorySize:N0}. Use a smaller batch.", inner);
    }

    /// <summary>A part of the block.</summary>
    public ArrayView<byte> Slice(long offset, long bytes) => buffer.View.BaseView.SubView(offset, bytes);

    protected override void Upload(long offset, ReadOnlySpan<byte> source)
    {
        try
        {
            staging.Upload(source, Slice(offset, source.Length));
        }
        catch (AcceleratorException e)
        {
            throw new DeviceException($"The device {device} failed while data was copied to it: {e.Message}", e);
        }
    }

    protected override void Download(long offset, Span<byte> destination)
    {
        try
        {
            staging.Download(Slice(offset, destination.Length), destination);
        }
        catch (AcceleratorException e)
        {
            throw new DeviceException($"The device {device} failed while data was copied from it: {e.Message}", e);
        }
    }

    protected override void Release() => buffer.Dispose();
}
