using System.Text;
using Silk.NET.Vulkan;

namespace ComputeCore.Vulkan;

/// <summary>
/// A connection to the Vulkan drivers. Each opened device has one of its own, so that a driver that was lost or replaced is
/// loaded anew with the next.
/// </summary>
internal sealed unsafe class VulkanInstance : IDisposable
{
    private readonly DebugUtilsMessengerEXT messenger;

    /// <summary>Connects to the drivers.</summary>
    /// <param name="api">The loader.</param>
    /// <param name="validate">Whether the Khronos validation layer watches every call.</param>
    /// <exception cref="Devices.DeviceException">There is no driver, or no validation layer.</exception>
    public VulkanInstance(Vk api, bool validate)
    {
        Api = api;
        Validation = validate ? new ValidationLog() : null;
        var application = new ApplicationInfo(apiVersion: Vk.Version13);
        var create = new InstanceCreateInfo(pApplicationInfo: &application);

        fixed (byte* layer = "VK_LAYER_KHRONOS_validation\0"u8, debug = "VK_EXT_debug_utils\0"u8, features = "VK_EXT_validation_features\0"u8)
        {
            var layers = stackalloc byte*[] { layer };
            var extensions = stackalloc byte*[] { debug, features };
            var checks = stackalloc[] { ValidationFeatureEnableEXT.SynchronizationValidationExt };
            var messages = Validation?.Messenger ?? default;
            var validation = new ValidationFeaturesEXT(enabledValidationFeatureCount: 1, pEnabledValidationFeatures: checks, pNext: &messages);
            if (validate)
                create = create with
                {
                    EnabledLayerCount = 1,
                    PpEnabledLayerNames = layers,
                    EnabledExtensionCount = 2,
                    PpEnabledExtensionNames = extensions,
                    PNext = &validation,
                };

            VkInstance instance;
            var result = api.CreateInstance(&create, null, &instance);
            if (result != Result.Success)
                Validation?.Dispose();
            VulkanErrors.Check(result, "Starting Vulkan");
            Handle = instance;

            if (validate)
            {
                DebugUtilsMessengerEXT created;
                ((delegate* unmanaged<VkInstance, DebugUtilsMessengerCreateInfoEXT*, AllocationCallbacks*, DebugUtilsMessengerEXT*, Result>)
                    Function("vkCreateDebugUtilsMessengerEXT"))(instance, &messages, null, &created);
                messenger = created;
            }
        }
    }

    public Vk Api { get; }

    public VkInstance Handle { get; }

    /// <summary>What the validation layer says; null if it is off.</summary>
    public ValidationLog? Validation { get; }

    /// <summary>The devices of all drivers, in the drivers' order: the N of <c>vulkan:N</c>.</summary>
    public IReadOnlyList<Adapter> Adapters()
    {
        uint count = 0;
        VulkanErrors.Check(Api.EnumeratePhysicalDevices(Handle, &count, null), "Listing the Vulkan devices");
        var handles = new VkPhysicalDevice[count];
        fixed (VkPhysicalDevice* first = handles)
            VulkanErrors.Check(Api.EnumeratePhysicalDevices(Handle, &count, first), "Listing the Vulkan devices");
        return [.. handles.Take((int)count).Select((handle, index) => new Adapter(Api, handle, $"vulkan:{index}"))];
    }

    public void Dispose()
    {
        if (messenger.Handle != 0)
            ((delegate* unmanaged<VkInstance, DebugUtilsMessengerEXT, AllocationCallbacks*, void>)
                Function("vkDestroyDebugUtilsMessengerEXT"))(Handle, messenger, null);
        Api.DestroyInstance(Handle, null);
        Validation?.Dispose();
    }

    private void* Function(string name)
    {
        fixed (byte* bytes = Encoding.UTF8.GetBytes(name + '\0'))
            return Api.GetInstanceProcAddr(Handle, bytes).Handle;
    }
}
