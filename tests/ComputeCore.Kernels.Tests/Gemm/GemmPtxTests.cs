using System.Text.RegularExpressions;
using ComputeCore.Kernels.Gemm;
using NUnit.Framework;

namespace ComputeCore.Kernels.Tests.Gemm;

/// <summary>What the tiled kernels are made of on NVIDIA's devices.</summary>
public class GemmPtxTests
{
    [TestCase(nameof(Sgemm.Tiled128x128), 8 * 64)]
    [TestCase(nameof(Sgemm.Tiled128x64), 8 * 64)]
    [TestCase(nameof(Sgemm.Tiled64x64), 16 * 64)]
    [TestCase(nameof(Sgemm.Tiled32x32), 16 * 16)]
    public void Sums_stay_in_registers_and_loads_are_wide(string kernel, int products)
    {
        var code = PtxCode.Of(typeof(Sgemm), kernel);
        Assert.That(code, Does.Not.Contain(".local"));
        Assert.That(code, Does.Contain("ld.global.v4.f32").And.Contain("ld.shared.v4.f32").And.Contain("st.global.v4.f32"));
        Assert.That(Regex.Count(code, @"\bfma\.rn\.f32\b"), Is.EqualTo(products));
        Assert.That(code, Does.Not.Contain("mul.f32").And.Not.Contain("call"));
    }
}
