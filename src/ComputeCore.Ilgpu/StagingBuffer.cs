using System.Runtime.InteropServices;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;

namespace ComputeCore.Ilgpu;

/// <summary>
/// Host memory through which all copies go, piece by piece. ILGPU wraps host memory in an object of its own, and copies right
/// only where that is exactly as long as what is copied; so there is one for each length, made once, and copying again allocates
/// nothing.
/// </summary>
internal sealed unsafe class StagingBuffer(Accelerator accelerator) : IDisposable
{
    private const int Size = 1 << 20;

    private readonly AcceleratorStream stream = accelerator.DefaultStream;
    private readonly Dictionary<int, CPUMemoryBuffer> wrappers = [];
    private byte* memory = (byte*)NativeMemory.AlignedAlloc(Size, 64);

    /// <summary>Copies bytes to the device.</summary>
    public void Upload(ReadOnlySpan<byte> source, ArrayView<byte> destination)
    {
        for (var start = 0; start < source.Length; start += Size)
        {
            var length = Math.Min(Size, source.Length - start);
            source.Slice(start, length).CopyTo(new Span<byte>(memory, length));
            destination.SubView(start, length).CopyFrom(stream, Wrapper(length));
            stream.Synchronize();
        }
    }

    /// <summary>Copies bytes from the device, after everything launched before is done.</summary>
    public void Download(ArrayView<byte> source, Span<byte> destination)
    {
        for (var start = 0; start < destination.Length; start += Size)
        {
            var length = Math.Min(Size, destination.Length - start);
            source.SubView(start, length).CopyTo(stream, Wrapper(length));
            stream.Synchronize();
            new Span<byte>(memory, length).CopyTo(destination[start..]);
        }
    }

    public void Dispose()
    {
        foreach (var wrapper in wrappers.Values)
            wrapper.Dispose();
        NativeMemory.AlignedFree(memory);
        memory = null;
    }

    private ArrayView<byte> Wrapper(int length)
    {
        if (!wrappers.TryGetValue(length, out var wrapper))
            wrapper = wrappers[length] = CPUMemoryBuffer.Create(accelerator, (nint)memory, length, sizeof(byte));
        return new ArrayView<byte>(wrapper, 0, length);
    }
}
