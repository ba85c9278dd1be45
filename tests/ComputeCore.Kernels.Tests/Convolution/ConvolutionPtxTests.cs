using System.Text.RegularExpressions;
using ComputeCore.Kernels.Convolution;
using NUnit.Framework;

namespace ComputeCore.Kernels.Tests.Convolution;

/// <summary>What the implicit matrix products are made of on NVIDIA's devices.</summary>
public class ConvolutionPtxTests
{
    [TestCase(nameof(ImplicitGemm.Forward64x64), 16 * 64)]
    [TestCase(nameof(ImplicitGemm.Forward128x128), 8 * 64)]
    [TestCase(nameof(ImplicitGemm.Data128x128), 8 * 64)]
    [TestCase(nameof(ImplicitGemm.Weights128x128), 8 * 64)]
    [TestCase(nameof(ImplicitGemm.Weights32x32), 16 * 16)]
    public void Sums_stay_in_registers_and_loads_are_wide(string kernel, int products)
    {
        var code = PtxCode.Of(typeof(ImplicitGemm), kernel);
        Assert.That(code, Does.Not.Contain(".local"));
        Assert.That(code, Does.Contain("ld.global.v4.f32").And.Contain("ld.shared.v4.f32").And.Contain("st.global.v4.f32"));
        Assert.That(Regex.Count(code, @"\bfma\.rn\.f32\b"), Is.EqualTo(products));
    }
}
