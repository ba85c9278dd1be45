using ComputeCore.Devices;

namespace ComputeCore.Vulkan;

/// <summary>The Vulkan devices.</summary>
public static class VulkanDevices
{
    /// <summary>Adds <c>vulkan:0</c> and so on to the device catalog. Calling it again changes nothing.</summary>
    public static void Register() => DeviceCatalog.Add(new VulkanFamily());
}

/// <summary>The devices of all Vulkan drivers of this machine, in the drivers' order.</summary>
internal sealed class VulkanFamily : DeviceFamily
{
    public override string Kind => "vulkan";

    public override IReadOnlyList<DeviceDescription> List()
    {
        try
        {
            using var instance = new VulkanInstance(VulkanLoader.Load(), validate: false);
            var adapters = instance.Adapters();
            return adapters.Count == 0
                ? [Absent("No Vulkan driver finds a device; install the graphics driver, or on Debian the package mesa-vulkan-drivers.")]
                : [.. adapters.Select(adapter => adapter.Describe())];
        }
        catch (DeviceException exception)
        {
            return [Absent(exception.Message)];
        }

        static DeviceDescription Absent(string reason) => new("vulkan:0", "vulkan", "none", false, reason);
    }

    public override Device Open(int index) => new VulkanDevice(VulkanLoader.Load(), index, new VulkanOptions());
}
