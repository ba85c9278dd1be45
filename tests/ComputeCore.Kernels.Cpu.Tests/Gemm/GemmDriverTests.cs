using System.Runtime.Intrinsics.X86;
using ComputeCore.Kernels.Cpu.Gemm;
using ComputeCore.Kernels.Cpu.Threading;
using NUnit.Framework;

namespace ComputeCore.Kernels.Cpu.Tests.Gemm;

[TestFixture(typeof(Avx512MicroKernel))]
[TestFixture(typeof(Avx2MicroKernel))]
[TestFixture(typeof(PortableMicroKernel))]
internal sealed unsafe class GemmDriverTests<TKernel> : IDisposable
    where TKernel : unmanaged, IMicroKernel
{
    private readonly WorkerPool pool = new(2);

    [OneTimeSetUp]
    public void The_machine_has_the_instructions()
    {
        if (typeof(TKernel) == typeof(Avx512MicroKernel) && !Avx512F.IsSupported)
            Assert.Ignore("This machine has no AVX-512.");
        if (typeof(TKernel) == typeof(Avx2MicroKernel) && !Fma.IsSupported)
            Assert.Ignore("This machine has no AVX2 with FMA.");
    }

    public void Dispose() => pool.Dispose();

    [Test]
    public void Every_size_around_the_tile_borders_in_all_transpositions([Values] bool transposeA, [Values] bool transposeB)
    {
        foreach (var m in (int[])[1, 2, 3, 4, 5, 7, 8, 9, 12, 13, 17, 24, 25])
        {
            foreach (var n in (int[])[1, 3, 4, 8, 15, 16, 17, 31, 32, 33, 48, 50])
            {
                foreach (var k in (int[])[0, 1, 3, 4, 7, 19])
                    Check(new GemmCase(m, n, k, transposeA, transposeB, extraStride: (m + n) % 3));
            }
        }
    }

    [Test]
    public void Every_size_around_the_block_borders_in_all_transpositions([Values] bool transposeA, [Values] bool transposeB)
    {
        Check(new GemmCase(239, 255, 383, transposeA, transposeB));
        Check(new GemmCase(241, 257, 385, transposeA, transposeB, extraStride: 3));
        Check(new GemmCase(13, 700, 130, transposeA, transposeB));
        Check(new GemmCase(700, 13, 130, transposeA, transposeB));
        Check(new GemmCase(500, 40, 801, transposeA, transposeB));
    }

    [Test]
    public void A_small_result_of_a_long_sum_in_all_transpositions([Values] bool transposeA, [Values] bool transposeB)
    {
        Check(new GemmCase(64, 128, 3136, transposeA, transposeB));
        Check(new GemmCase(7, 19, 10_001, transposeA, transposeB, extraStride: 1, accumulate: true, rowBias: true));
        Check(new GemmCase(30, 300, 1601, transposeA, transposeB, columnBias: true, activation: Activation.Relu));
    }

    [Test]
    public void Bias_activation_and_accumulation_follow_the_last_block_of_K(
        [Values] bool accumulate, [Values] bool rowBias, [Values] bool columnBias, [Values] Activation activation)
    {
        foreach (var (m, n, k) in ((int, int, int)[])[(5, 40, 9), (12, 32, 800), (25, 71, 500), (64, 64, 0), (40, 90, 3000)])
            Check(new GemmCase(m, n, k, false, true, 2, accumulate, rowBias, columnBias, activation));
    }

    private void Check(GemmCase problem)
    {
        using (problem)
        {
            ref readonly var g = ref problem.Arguments;
            problem.Check(problem.Run(Product, pool, GemmDriver.WorkspaceBytes(pool.Count, g.M, g.N, g.K, TKernel.MR, TKernel.NR)));
        }
    }

    internal static void Product(WorkerPool pool, in GemmArguments g, byte* workspace) =>
        GemmDriver<TKernel, MatrixPacker, MatrixPacker, MatrixView>.Run(
            pool,
            g.M,
            g.N,
            g.K,
            new MatrixPacker(g.A, g.TransposeA ? g.Lda : 1, g.TransposeA ? 1 : g.Lda),
            new MatrixPacker(g.B, g.TransposeB ? 1 : g.Ldb, g.TransposeB ? g.Ldb : 1),
            new MatrixView(g.C, g.Ldc),
            g.Accumulate,
            g.Epilogue,
            workspace);
}
