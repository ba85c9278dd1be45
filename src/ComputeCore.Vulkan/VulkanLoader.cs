using System.Runtime.InteropServices;
using ComputeCore.Devices;
using Silk.NET.Core.Contexts;
using Silk.NET.Vulkan;

namespace ComputeCore.Vulkan;

/// <summary>
/// The system's Vulkan loader, which finds the drivers. Its library is looked for by the system's rules: those of Silk.NET need
/// files that a program compiled ahead of time does not have.
/// </summary>
internal sealed class VulkanLoader : INativeContext
{
    private static readonly Lock Gate = new();
    private static Vk? loaded;

    private readonly nint library;

    private VulkanLoader(nint library) => this.library = library;

    /// <summary>Loads the loader, once for a process.</summary>
    /// <exception cref="DeviceException">There is none.</exception>
    public static Vk Load()
    {
        lock (Gate)
        {
            if (loaded is not null)
                return loaded;
            foreach (var name in new[] { "libvulkan.so.1", "vulkan-1.dll", "libvulkan.1.dylib" })
                if (NativeLibrary.TryLoad(name, out var library))
                    return loaded = new Vk(new VulkanLoader(library));
        }

        throw new DeviceException("There is no Vulkan loader (libvulkan.so.1, vulkan-1.dll); install the graphics driver, or on Debian the packages libvulkan1 and mesa-vulkan-drivers.");
    }

    public nint GetProcAddress(string proc, int? slot = null) => NativeLibrary.GetExport(library, proc);

    public bool TryGetProcAddress(string proc, out nint addr, int? slot = null) => NativeLibrary.TryGetExport(library, proc, out addr);

    // Drivers may leave threads behind that run its code: it stays to the end.
    public void Dispose()
    {
    }
}
