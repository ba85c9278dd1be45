using System.Runtime.InteropServices;
using ComputeCore.Devices;
using Silk.NET.Core;
using Silk.NET.Vulkan;

namespace ComputeCore.Vulkan;

/// <summary>A device as its driver describes it, before it is opened.</summary>
internal sealed unsafe class Adapter
{
    private readonly HashSet<string> extensions = [];

    public Adapter(Vk api, VkPhysicalDevice handle, string name)
    {
        (Handle, Name) = (handle, name);

        PhysicalDeviceProperties basics;
        api.GetPhysicalDeviceProperties(handle, &basics);
        Version = (Version32)basics.ApiVersion;
        Type = basics.DeviceType;
        Limits = basics.Limits;
        Description = $"{Marshal.PtrToStringUTF8((nint)basics.DeviceName)}, Vulkan {Version.Major}.{Version.Minor}.{Version.Patch}";
        if (!Knows(1, 1))
        {
            Reason = "its driver supports Vulkan 1.0 only; update the driver";
            return;
        }

        extensions = ReadExtensions(api, handle);
        var subgroups = new PhysicalDeviceSubgroupProperties(StructureType.PhysicalDeviceSubgroupProperties);
        var maintenance = new PhysicalDeviceMaintenance3Properties(StructureType.PhysicalDeviceMaintenance3Properties, pNext: &subgroups);
        var identity = new PhysicalDeviceIDProperties(StructureType.PhysicalDeviceIDProperties, pNext: &maintenance);
        var driver = new PhysicalDeviceDriverProperties(StructureType.PhysicalDeviceDriverProperties, pNext: &identity);
        var properties = new PhysicalDeviceProperties2(pNext: KnowsStructuresOf("VK_KHR_driver_properties") ? &driver : &identity);
        api.GetPhysicalDeviceProperties2(handle, &properties);
        SubgroupOperations = (subgroups.SupportedStages & ShaderStageFlags.ComputeBit) != 0 ? subgroups.SupportedOperations : default;
        MaxAllocationBytes = (long)Math.Min(maintenance.MaxMemoryAllocationSize, long.MaxValue);
        Description += $", driver {basics.DriverVersion:x} {Marshal.PtrToStringUTF8((nint)driver.DriverInfo)}".TrimEnd();
        Identity = $"{Convert.ToHexStringLower(new ReadOnlySpan<byte>(identity.DeviceUuid, 16))}-" +
            $"{Convert.ToHexStringLower(new ReadOnlySpan<byte>(identity.DriverUuid, 16))}-{basics.DriverVersion:x}";

        FeatureChain chain = default;
        var features = FeatureChain.Link(&chain, KnowsStructuresOf);
        api.GetPhysicalDeviceFeatures2(handle, &features);
        chain.Core = features.Features;
        Features = chain.Used();

        PhysicalDeviceMemoryProperties memory;
        api.GetPhysicalDeviceMemoryProperties(handle, &memory);
        var (types, heaps) = (memory.MemoryTypes, memory.MemoryHeaps);
        MemoryTypes = [.. types.AsSpan()[..(int)memory.MemoryTypeCount]];
        MemoryHeaps = [.. heaps.AsSpan()[..(int)memory.MemoryHeapCount]];

        var queues = ReadQueueFamilies(api, handle);
        QueueFamily = Array.FindIndex(queues, queue => (queue.QueueFlags & QueueFlags.ComputeBit) != 0);
        TimestampBits = QueueFamily < 0 ? 0 : (int)queues[QueueFamily].TimestampValidBits;

        Reason = Shortcoming();
    }

    public VkPhysicalDevice Handle { get; }

    /// <summary>What <see cref="Device.Open"/> takes.</summary>
    public string Name { get; }

    /// <summary>The hardware and its driver, in words.</summary>
    public string Description { get; }

    /// <summary>Why the device can't be used; null if it can.</summary>
    public string? Reason { get; }

    /// <summary>Changes whenever what the driver compiled may have become invalid: fit to name a cache by.</summary>
    public string Identity { get; } = "";

    public Version32 Version { get; }

    public PhysicalDeviceType Type { get; }

    public PhysicalDeviceLimits Limits { get; }

    /// <summary>What can be turned on for kernels.</summary>
    public FeatureChain Features { get; }

    public SubgroupFeatureFlags SubgroupOperations { get; }

    public long MaxAllocationBytes { get; }

    public IReadOnlyList<MemoryType> MemoryTypes { get; } = [];

    /// <summary>What the types of memory are taken from.</summary>
    public IReadOnlyList<MemoryHeap> MemoryHeaps { get; } = [];

    /// <summary>The first family of queues that computes.</summary>
    public int QueueFamily { get; }

    /// <summary>How many bits of a time stamp count; 0 if the queue can't take any.</summary>
    public int TimestampBits { get; }

    /// <summary>The extensions to open the device with.</summary>
    public IEnumerable<string> UsedExtensions => Knows(1, 2) ? [] : FeatureChain.Extensions.Where(extensions.Contains);

    /// <summary>As it is listed.</summary>
    public DeviceDescription Describe() => new(Name, "vulkan", Description, Reason is null, Reason);

    /// <summary>Whether the driver knows the feature structures that an extension brought.</summary>
    public bool KnowsStructuresOf(string extension) => Knows(1, 2) || extensions.Contains(extension);

    private bool Knows(uint major, uint minor) => Version.Major > major || (Version.Major == major && Version.Minor >= minor);

    private static HashSet<string> ReadExtensions(Vk api, VkPhysicalDevice handle)
    {
        uint count = 0;
        api.EnumerateDeviceExtensionProperties(handle, (byte*)null, &count, null);
        var listed = new ExtensionProperties[count];
        fixed (ExtensionProperties* first = listed)
            api.EnumerateDeviceExtensionProperties(handle, (byte*)null, &count, first);
        return [.. listed.Select(extension => Marshal.PtrToStringUTF8((nint)extension.ExtensionName)!)];
    }

    private static QueueFamilyProperties[] ReadQueueFamilies(Vk api, VkPhysicalDevice handle)
    {
        uint count = 0;
        api.GetPhysicalDeviceQueueFamilyProperties(handle, &count, null);
        var families = new QueueFamilyProperties[count];
        fixed (QueueFamilyProperties* first = families)
            api.GetPhysicalDeviceQueueFamilyProperties(handle, &count, first);
        return families;
    }

    private string? Shortcoming()
    {
        if (QueueFamily < 0)
            return "it has no queue for compute";
        if (!Features.Storage8.StorageBuffer8BitAccess)
            return "its driver can't store 8-bit values (storageBuffer8BitAccess), which boolean tensors need; update the driver";
        if (Limits.MinStorageBufferOffsetAlignment > (ulong)Graphs.MemoryPlan.Alignment)
            return $"it aligns storage buffers to {Limits.MinStorageBufferOffsetAlignment} bytes, and tensors are aligned to {Graphs.MemoryPlan.Alignment}";
        return null;
    }
}
