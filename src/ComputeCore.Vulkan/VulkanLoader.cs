using ComputeCore.Devices;
using Silk.NET.Vulkan;

namespace ComputeCore.Vulkan;

/// <summary>The Vulkan loader, which every process loads once.</summary>
internal static class VulkanLoader
{
    private static readonly Lock Gate = new();
    private static Vk? loaded;

    /// <summary>Loads the system's Vulkan loader.</summary>
    /// <exception cref="DeviceException">There is none.</exception>
    public static Vk Load()
    {
        lock (Gate)
        {
            try
            {
                return loaded ??= Vk.GetApi();
            }
            catch (Exception exception) when (exception is FileNotFoundException or DllNotFoundException or PlatformNotSupportedException)
            {
                throw new DeviceException(
                    "There is no Vulkan loader (libvulkan.so.1, vulkan-1.dll): install the graphics driver, or on Debian the packages libvulkan1 and mesa-vulkan-drivers.",
                    exception);
            }
        }
    }
}
