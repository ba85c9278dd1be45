namespace ComputeCore.Vulkan;

/// <summary>How a Vulkan device is opened.</summary>
internal sealed record VulkanOptions
{
    /// <summary>
    /// Whether the Khronos validation layer watches every call, with its checks of synchronization. Whatever it reports is
    /// thrown. <c>COMPUTECORE_VULKAN_VALIDATION=1</c> turns it on for a process.
    /// </summary>
    public bool Validate { get; init; } = Environment.GetEnvironmentVariable("COMPUTECORE_VULKAN_VALIDATION") == "1";

    /// <summary>Whether memory that the device and the host share is used directly. False copies through staging memory, as for discrete devices.</summary>
    public bool UseUnifiedMemory { get; init; } = true;

    /// <summary>The most bytes of device memory to take.</summary>
    public long MemoryLimit { get; init; } = long.MaxValue;

    /// <summary>Where compiled pipelines are kept between runs; null for nowhere.</summary>
    public string? CacheFolder { get; init; } = PipelineCacheFile.DefaultFolder;
}
