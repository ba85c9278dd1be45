using Silk.NET.Vulkan;

namespace ComputeCore.Vulkan;

/// <summary>
/// What a driver can do beyond the minimum, as far as kernels may use it: the structures that Vulkan fills in when asked, and
/// takes back when a device is opened.
/// </summary>
internal unsafe struct FeatureChain
{
    public PhysicalDeviceFeatures Core;
    public PhysicalDevice16BitStorageFeatures Storage16;
    public PhysicalDevice8BitStorageFeatures Storage8;
    public PhysicalDeviceShaderFloat16Int8Features Arithmetic;
    public PhysicalDeviceShaderAtomicInt64Features Atomics;
    public PhysicalDeviceVariablePointersFeatures Pointers;
    public PhysicalDeviceShaderSubgroupExtendedTypesFeatures Subgroups;

    /// <summary>The extensions that hold these structures on drivers of Vulkan 1.1, where they are not part of the core yet.</summary>
    public static IReadOnlyList<string> Extensions { get; } =
    [
        "VK_KHR_8bit_storage",
        "VK_KHR_shader_float16_int8",
        "VK_KHR_shader_atomic_int64",
        "VK_KHR_shader_subgroup_extended_types",
    ];

    /// <summary>Links the structures that a driver knows, which are those of its version and of its extensions.</summary>
    /// <param name="chain">The structures; they must not move while the result is in use.</param>
    /// <param name="known">Whether the driver knows the structures of an extension.</param>
    public static PhysicalDeviceFeatures2 Link(FeatureChain* chain, Func<string, bool> known)
    {
        void* next = null;
        chain->Storage16 = chain->Storage16 with { SType = StructureType.PhysicalDevice16BitStorageFeatures, PNext = next };
        next = &chain->Storage16;
        chain->Pointers = chain->Pointers with { SType = StructureType.PhysicalDeviceVariablePointersFeatures, PNext = next };
        next = &chain->Pointers;
        if (known("VK_KHR_8bit_storage"))
        {
            chain->Storage8 = chain->Storage8 with { SType = StructureType.PhysicalDevice8BitStorageFeatures, PNext = next };
            next = &chain->Storage8;
        }

        if (known("VK_KHR_shader_float16_int8"))
        {
            chain->Arithmetic = chain->Arithmetic with { SType = StructureType.PhysicalDeviceShaderFloat16Int8Features, PNext = next };
            next = &chain->Arithmetic;
        }

        if (known("VK_KHR_shader_atomic_int64"))
        {
            chain->Atomics = chain->Atomics with { SType = StructureType.PhysicalDeviceShaderAtomicInt64Features, PNext = next };
            next = &chain->Atomics;
        }

        if (known("VK_KHR_shader_subgroup_extended_types"))
        {
            chain->Subgroups = chain->Subgroups with { SType = StructureType.PhysicalDeviceShaderSubgroupExtendedTypesFeatures, PNext = next };
            next = &chain->Subgroups;
        }

        return new PhysicalDeviceFeatures2(pNext: next, features: chain->Core);
    }

    /// <summary>What is turned on when the device is opened: of the core's features only those that kernels use.</summary>
    public readonly FeatureChain Used() => this with
    {
        Core = new PhysicalDeviceFeatures { ShaderFloat64 = Core.ShaderFloat64, ShaderInt64 = Core.ShaderInt64, ShaderInt16 = Core.ShaderInt16 },
        Storage16 = Storage16 with { StorageInputOutput16 = false },
    };
}
