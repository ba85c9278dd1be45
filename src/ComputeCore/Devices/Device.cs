using ComputeCore.Graphs;

namespace ComputeCore.Devices;

/// <summary>
/// Where graphs run: it owns memory, turns nodes into kernels, and runs them. Opened by name: <c>cpu</c>, <c>reference</c>, and
/// those of the backends in the <see cref="DeviceCatalog"/>: <c>opencl:0</c>, <c>cuda:0</c>, <c>vulkan:0</c>.
/// Nothing ever runs on another device than the one asked for.
/// </summary>
public abstract class Device : IDisposable
{
    private long allocated;
    private long peak;

    /// <summary>The name it was opened by.</summary>
    public abstract string Name { get; }

    /// <summary>The hardware and its driver, in words.</summary>
    public abstract string Description { get; }

    /// <summary>Bytes of device memory allocated now.</summary>
    public long AllocatedBytes => Interlocked.Read(ref allocated);

    /// <summary>The most bytes of device memory that were allocated at once.</summary>
    public long PeakAllocatedBytes => Interlocked.Read(ref peak);

    /// <summary>Opens a device.</summary>
    /// <param name="name"><c>cpu</c>, <c>reference</c> for the float64 oracle, or a backend's, such as <c>opencl:0</c>.</param>
    /// <exception cref="DeviceException">There is no such device, or it can't be used; the message says why.</exception>
    public static Device Open(string name) => DeviceCatalog.Open(name);

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Releases the device.</summary>
    protected virtual void Dispose(bool disposing)
    {
    }

    /// <summary>Bytes that a tensor occupies in this device's memory.</summary>
    internal virtual long SizeInBytes(TensorType type) => type.SizeInBytes;

    /// <summary>The passes that rewrite a graph for this device, in order.</summary>
    internal abstract IReadOnlyList<Graphs.Passes.GraphPass> Passes { get; }

    /// <summary>Chooses the kernel that computes a node.</summary>
    /// <exception cref="DeviceException">The device has no kernel for the operation; names both.</exception>
    internal abstract DeviceKernel Lower(Node node);

    /// <summary>Puts kernels and the memory they work on together into something that runs.</summary>
    internal abstract DeviceProgram Link(IReadOnlyList<KernelLaunch> launches);

    /// <summary>Allocates memory, zeroed and aligned to 64 bytes.</summary>
    /// <exception cref="DeviceException">There is not enough memory.</exception>
    internal abstract DeviceMemory Allocate(long bytes);

    /// <summary>Accounts for memory taken (positive) or given back (negative).</summary>
    internal void Account(long bytes)
    {
        var now = Interlocked.Add(ref allocated, bytes);
        for (var seen = peak; now > seen;)
            seen = Interlocked.CompareExchange(ref peak, now, seen) is var found && found == seen ? now : found;
    }
}
