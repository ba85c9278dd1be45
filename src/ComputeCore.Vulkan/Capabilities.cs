using ComputeCore.Devices;
using Silk.NET.Vulkan;

namespace ComputeCore.Vulkan;

/// <summary>What the SPIR-V capabilities that a kernel may declare demand of a device. The numbers are SPIR-V's.</summary>
internal static class Capabilities
{
    private static readonly Dictionary<uint, (string Name, Func<Adapter, bool> Has)> Known = new()
    {
        [0] = ("Matrix", _ => true),
        [1] = ("Shader", _ => true),
        [9] = ("Float16", adapter => adapter.Features.Arithmetic.ShaderFloat16),
        [10] = ("Float64", adapter => adapter.Features.Core.ShaderFloat64),
        [11] = ("Int64", adapter => adapter.Features.Core.ShaderInt64),
        [12] = ("Int64Atomics", adapter => adapter.Features.Atomics.ShaderBufferInt64Atomics),
        [22] = ("Int16", adapter => adapter.Features.Core.ShaderInt16),
        [39] = ("Int8", adapter => adapter.Features.Arithmetic.ShaderInt8),
        [61] = ("GroupNonUniform", adapter => HasSubgroups(adapter, SubgroupFeatureFlags.BasicBit)),
        [62] = ("GroupNonUniformVote", adapter => HasSubgroups(adapter, SubgroupFeatureFlags.VoteBit)),
        [63] = ("GroupNonUniformArithmetic", adapter => HasSubgroups(adapter, SubgroupFeatureFlags.ArithmeticBit)),
        [64] = ("GroupNonUniformBallot", adapter => HasSubgroups(adapter, SubgroupFeatureFlags.BallotBit)),
        [65] = ("GroupNonUniformShuffle", adapter => HasSubgroups(adapter, SubgroupFeatureFlags.ShuffleBit)),
        [66] = ("GroupNonUniformShuffleRelative", adapter => HasSubgroups(adapter, SubgroupFeatureFlags.ShuffleRelativeBit)),
        [67] = ("GroupNonUniformClustered", adapter => HasSubgroups(adapter, SubgroupFeatureFlags.ClusteredBit)),
        [68] = ("GroupNonUniformQuad", adapter => HasSubgroups(adapter, SubgroupFeatureFlags.QuadBit)),
        [4433] = ("StorageBuffer16BitAccess", adapter => adapter.Features.Storage16.StorageBuffer16BitAccess),
        [4434] = ("UniformAndStorageBuffer16BitAccess", adapter => adapter.Features.Storage16.UniformAndStorageBuffer16BitAccess),
        [4435] = ("StoragePushConstant16", adapter => adapter.Features.Storage16.StoragePushConstant16),
        [4441] = ("VariablePointersStorageBuffer", adapter => adapter.Features.Pointers.VariablePointersStorageBuffer),
        [4442] = ("VariablePointers", adapter => adapter.Features.Pointers.VariablePointers),
        [4448] = ("StorageBuffer8BitAccess", adapter => adapter.Features.Storage8.StorageBuffer8BitAccess),
        [4449] = ("UniformAndStorageBuffer8BitAccess", adapter => adapter.Features.Storage8.UniformAndStorageBuffer8BitAccess),
        [4450] = ("StoragePushConstant8", adapter => adapter.Features.Storage8.StoragePushConstant8),
    };

    /// <summary>Throws unless a device has what a kernel declares that it needs.</summary>
    /// <exception cref="DeviceException">It lacks a capability; names kernel, capability and device.</exception>
    public static void Check(string kernel, SpirvModule module, Adapter adapter)
    {
        foreach (var number in module.Capabilities)
        {
            var (name, has) = Known.GetValueOrDefault(number, ($"number {number}", _ => false));
            if (!has(adapter))
                throw new DeviceException($"The kernel {kernel} needs the SPIR-V capability {name}, which {adapter.Name} ({adapter.Description}) does not have.");
        }
    }

    private static bool HasSubgroups(Adapter adapter, SubgroupFeatureFlags operation) => (adapter.SubgroupOperations & operation) != 0;
}
