using ComputeCore.Kernels;
using Silk.NET.Vulkan;

namespace ComputeCore.Vulkan;

/// <summary>A dispatch in Vulkan's terms, ready to be recorded.</summary>
internal sealed record PreparedDispatch(
    Pipeline Pipeline, PipelineLayout Layout, DescriptorSet Arguments, byte[] Constants, Extent Grid, IReadOnlyList<MemoryAccess> Accesses);
