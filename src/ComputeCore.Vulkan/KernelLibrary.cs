using ComputeCore.Kernels;
using Silk.NET.Vulkan;

namespace ComputeCore.Vulkan;

/// <summary>The kernels that a device has loaded. What the driver compiles is kept on disk for the next time.</summary>
internal sealed class KernelLibrary : IDisposable
{
    private readonly LogicalDevice device;
    private readonly PipelineCacheFile cache;
    private readonly Lock gate = new();
    private readonly Dictionary<KernelMethod, ComputeKernel> kernels = new(new SameModule());

    /// <summary>Begins with what is on disk.</summary>
    /// <param name="device">The device.</param>
    /// <param name="cacheFolder">Where compiled kernels are kept; null for nowhere.</param>
    public KernelLibrary(LogicalDevice device, string? cacheFolder)
    {
        this.device = device;
        cache = new PipelineCacheFile(device, cacheFolder);
    }

    /// <summary>A kernel, compiled for groups of a size.</summary>
    /// <exception cref="Devices.DeviceException">The device can't run it.</exception>
    public (ComputeKernel Kernel, Pipeline Pipeline) Load(KernelMethod method, Extent group)
    {
        lock (gate)
        {
            if (!kernels.TryGetValue(method, out var kernel))
                kernels[method] = kernel = new ComputeKernel(device, cache.Handle, method);
            return (kernel, kernel.PipelineFor(group));
        }
    }

    public void Dispose()
    {
        foreach (var kernel in kernels.Values)
            kernel.Dispose();
        cache.Save();
        cache.Dispose();
    }

    // Kernels that are put together at run time are made anew with every graph that needs them.
    private sealed class SameModule : IEqualityComparer<KernelMethod>
    {
        public bool Equals(KernelMethod? x, KernelMethod? y) =>
            ReferenceEquals(x, y) || (x!.Name == y!.Name && x.Parameters.SequenceEqual(y.Parameters) && x.Spirv.Span.SequenceEqual(y.Spirv.Span));

        public int GetHashCode(KernelMethod method) => method.Name.GetHashCode(StringComparison.Ordinal);
    }
}
