using ILGPU.Runtime.Cuda;
using NUnit.Framework;

namespace ComputeCore.Kernels.Tests;

/// <summary>All kernels compile for NVIDIA's devices, and none of them needs memory for what should be in registers.</summary>
public class PtxTests
{
    private static readonly string[] Names = [.. KernelCatalog.All.Select(kernel => kernel.Name)];

    [TestCaseSource(nameof(Names))]
    public void Kernels_compile_for_Volta_Ampere_and_Hopper_without_local_memory(string name)
    {
        var method = KernelCatalog.All.First(kernel => kernel.Name == name).Method;
        foreach (var architecture in new[] { CudaArchitecture.SM_70, CudaArchitecture.SM_80, CudaArchitecture.SM_90 })
            Assert.That(PtxCode.Of(method, architecture), Does.Contain(".entry").And.Not.Contain(".local"));
    }
}
