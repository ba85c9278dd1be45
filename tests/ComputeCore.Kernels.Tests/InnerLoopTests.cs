using System.Reflection;
using System.Text.RegularExpressions;
using ComputeCore.Kernels.Attention;
using ComputeCore.Kernels.Gemm;
using ILGPU.Runtime.Cuda;
using NUnit.Framework;

namespace ComputeCore.Kernels.Tests;

/// <summary>
/// The inner loops of matrix products and attention on NVIDIA's devices: all they compute are fused multiplications and additions, and
/// all they read are four floats at a time.
/// </summary>
public class InnerLoopTests
{
    // FMAs of all inner loops, one turn each: 4 x 4 scores by 16 elements; 4 x 8 sums by 4 rows.
    private const int Scores = 4 * 4 * 16;
    private const int Columns = 4 * 8 * 4;

    private static readonly (Type Type, string Kernel, int Products)[] Kernels =
    [
        (typeof(Sgemm), nameof(Sgemm.Tiled128x128), 8 * 64),
        (typeof(Sgemm), nameof(Sgemm.Tiled128x64), 8 * 64),
        (typeof(Sgemm), nameof(Sgemm.Tiled64x64), 16 * 64),
        (typeof(Sgemm), nameof(Sgemm.Tiled32x32), 16 * 16),
        (typeof(FlashAttention), nameof(FlashAttention.Forward), Scores + 2 * Columns),
        (typeof(FlashAttentionGradient), nameof(FlashAttentionGradient.QueryGradient), 2 * Scores + 2 * Columns),
        (typeof(FlashAttentionGradient), nameof(FlashAttentionGradient.KeyGradient), 2 * Scores + 2 * Columns),
    ];

    [Test]
    public void Inner_loops_are_wide_reads_and_fused_products([Range(0, 6)] int kernel, [Values("SM_70", "SM_80", "SM_90")] string architecture)
    {
        var (type, name, products) = Kernels[kernel];
        var target = (CudaArchitecture)typeof(CudaArchitecture).GetField(architecture)!.GetValue(null)!;
        var code = PtxCode.Of(type.GetMethod(name, BindingFlags.Public | BindingFlags.Static)!, target);
        var loops = PtxCode.InnerLoops(code);
        Assert.That(loops.Sum(loop => PtxCode.Fma.Count(loop)), Is.EqualTo(products));
        foreach (var loop in loops)
        {
            Assert.That(Regex.Count(loop, @"\bld\.shared\.(?!v4\.f32)"), Is.Zero, loop);
            Assert.That(Regex.Count(loop, @"\b(add|sub|mul|div|mad)(\.\w+)*\.f32\b"), Is.Zero, loop);
        }

        Assert.That(code, Does.Contain("ld.global.v4.f32").And.Contain("st.global.v4.f32").And.Not.Contain(".local"));
    }
}
