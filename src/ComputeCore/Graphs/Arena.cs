using ComputeCore.Devices;

namespace ComputeCore.Graphs;

/// <summary>
/// The block in which a function's executables, one for each set of input types, keep their intermediate values. Only one of them
/// runs at a time and none leaves anything in it, so that it need only be as large as the largest one's plan.
/// </summary>
internal sealed class Arena(Device device) : IDisposable
{
    private DeviceMemory? memory;

    /// <summary>The block, at least as large as asked for. Whoever holds a smaller one holds nothing any more.</summary>
    /// <exception cref="DeviceException">There is not enough memory.</exception>
    public DeviceMemory Reserve(long bytes)
    {
        if (memory is null || memory.Bytes < bytes)
        {
            Dispose();
            memory = device.Allocate(Math.Max(1, bytes));
        }

        return memory;
    }

    /// <summary>Gives the block back; the next reservation takes another.</summary>
    public void Dispose()
    {
        memory?.Dispose();
        memory = null;
    }
}
