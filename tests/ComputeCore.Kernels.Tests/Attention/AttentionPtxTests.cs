using ComputeCore.Kernels.Attention;
using NUnit.Framework;

namespace ComputeCore.Kernels.Tests.Attention;

/// <summary>What fused attention is made of on NVIDIA's devices.</summary>
public class AttentionPtxTests
{
    [TestCase(nameof(FlashAttention.Forward))]
    [TestCase(nameof(FlashAttention.QueryGradient))]
    [TestCase(nameof(FlashAttention.KeyGradient))]
    public void Sums_stay_in_registers_and_loads_are_wide(string kernel)
    {
        var code = PtxCode.Of(typeof(FlashAttention), kernel);
        Assert.That(code, Does.Not.Contain(".local"));
        Assert.That(code, Does.Contain("ld.global.v4.f32").And.Contain("ld.shared.v4.f32").And.Contain("st.global.v4.f32").And.Contain("fma.rn.f32"));
    }
}
