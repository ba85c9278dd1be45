using ComputeCore.Devices;

namespace ComputeCore.Vulkan;

/// <summary>The devices of all Vulkan drivers of this machine. Add it to the <see cref="DeviceCatalog"/> to open them by name.</summary>
public sealed class VulkanFamily : DeviceFamily
{
    /// <inheritdoc/>
    public override string Kind => "vulkan";

    /// <inheritdoc/>
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

    /// <inheritdoc/>
    public override Device Open(int index) => new VulkanDevice(VulkanLoader.Load(), index, new VulkanOptions());
}
