using ComputeCore.Vulkan;
using NUnit.Framework;

namespace ComputeCore.Kernels.Compiler.Tests;

/// <summary>The Vulkan device that all tests share, watched by the validation layer.</summary>
[SetUpFixture]
public sealed class LavapipeDevice
{
    private static VulkanDevice? shared;

    internal static VulkanDevice Shared => shared ??= new VulkanDevice(VulkanLoader.Load(), 0, new VulkanOptions { Validate = true, CacheFolder = null });

    [OneTimeTearDown]
    public void Close() => shared?.Dispose();
}
