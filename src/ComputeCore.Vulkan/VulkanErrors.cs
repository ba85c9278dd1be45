using ComputeCore.Devices;
using Silk.NET.Vulkan;

namespace ComputeCore.Vulkan;

/// <summary>Vulkan's result codes as exceptions.</summary>
internal static class VulkanErrors
{
    /// <summary>Throws unless a call succeeded.</summary>
    /// <param name="result">What the call returned.</param>
    /// <param name="subject">What failed, for the message: "Opening vulkan:0".</param>
    public static void Check(Result result, string subject)
    {
        if (result < Result.Success)
            throw new DeviceException($"{subject} failed: {Explain(result)}.");
    }

    private static string Explain(Result result) => result switch
    {
        Result.ErrorOutOfDeviceMemory => "the device is out of memory; use smaller batches, or close what else uses the device",
        Result.ErrorOutOfHostMemory => "the machine is out of memory",
        Result.ErrorDeviceLost => "the device was lost (removed, reset, or a kernel that ran too long); close it and open it again",
        Result.ErrorInitializationFailed => "the driver could not start",
        Result.ErrorIncompatibleDriver => "no installed driver supports this version of Vulkan; install or update the graphics driver",
        Result.ErrorLayerNotPresent => "the validation layer is not installed (on Debian, the package vulkan-validationlayers)",
        Result.ErrorExtensionNotPresent => "the driver lacks an extension that it listed",
        Result.ErrorFeatureNotPresent => "the driver lacks a feature that it listed",
        Result.ErrorTooManyObjects => "the driver's limit of objects is reached",
        _ => $"Vulkan returned {result}",
    };
}
