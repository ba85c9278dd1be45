using Silk.NET.Vulkan;

namespace ComputeCore.Vulkan;

/// <summary>The kinds of memory for each use, the best first. Vulkan promises that the last of each exists.</summary>
internal static class MemoryKinds
{
    /// <summary>Memory of the device's own.</summary>
    public static MemoryPropertyFlags[] DeviceLocal { get; } = [MemoryPropertyFlags.DeviceLocalBit, MemoryPropertyFlags.None];

    /// <summary>Memory through which the host sends and receives; reading what is not cached is slow.</summary>
    public static MemoryPropertyFlags[] Staging { get; } = [HostCoherent | MemoryPropertyFlags.HostCachedBit, HostCoherent];

    /// <summary>Memory that is the device's own and the host's, on devices that share the host's memory.</summary>
    public static MemoryPropertyFlags[] Unified { get; } =
    [
        HostCoherent | MemoryPropertyFlags.DeviceLocalBit | MemoryPropertyFlags.HostCachedBit,
        HostCoherent | MemoryPropertyFlags.DeviceLocalBit,
        HostCoherent,
    ];

    private static MemoryPropertyFlags HostCoherent => MemoryPropertyFlags.HostVisibleBit | MemoryPropertyFlags.HostCoherentBit;

    /// <summary>
    /// Whether a device shares the host's memory. Discrete devices may let the host see all of their memory too, but the host
    /// reads it over the bus, word by word.
    /// </summary>
    public static bool IsUnified(Adapter adapter) => adapter.Type is PhysicalDeviceType.IntegratedGpu or PhysicalDeviceType.Cpu;
}
