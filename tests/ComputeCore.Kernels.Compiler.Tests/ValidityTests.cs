using ComputeCore.Kernels.Testing;
using NUnit.Framework;

namespace ComputeCore.Kernels.Compiler.Tests;

/// <summary>Every module that the compiler has made, of the tests' kernels and the engine's own, is valid SPIR-V for Vulkan 1.1.</summary>
public sealed class ValidityTests
{
    private static IEnumerable<TestCaseData> Modules() => KernelCatalog.All.Concat(ComputeCore.Kernels.KernelCatalog.All)
        .Select(kernel => new TestCaseData(kernel).SetArgDisplayNames(kernel.Name));

    [TestCaseSource(nameof(Modules))]
    public void ModulesAreValid(KernelMethod kernel) => Assert.That(SpirvValidator.Complaints(kernel.Spirv.Span), Is.Empty);
}
