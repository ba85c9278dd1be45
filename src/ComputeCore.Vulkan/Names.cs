// The core and Vulkan both have devices: the unqualified name is the core's, Vulkan's own begin with Vk.
global using Device = ComputeCore.Devices.Device;
global using VkBuffer = Silk.NET.Vulkan.Buffer;
global using VkDevice = Silk.NET.Vulkan.Device;
global using VkDeviceMemory = Silk.NET.Vulkan.DeviceMemory;
global using VkInstance = Silk.NET.Vulkan.Instance;
global using VkPhysicalDevice = Silk.NET.Vulkan.PhysicalDevice;
