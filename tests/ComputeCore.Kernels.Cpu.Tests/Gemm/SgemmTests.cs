using System.Runtime.InteropServices;
using ComputeCore.Kernels.Cpu.Gemm;
using ComputeCore.Kernels.Cpu.Threading;
using NUnit.Framework;

namespace ComputeCore.Kernels.Cpu.Tests.Gemm;

public unsafe class SgemmTests
{
    [Test]
    public void Up_to_four_rows_or_columns_in_all_transpositions([Values] bool transposeA, [Values] bool transposeB)
    {
        using var pool = new WorkerPool(2);
        for (var width = 1; width <= 5; width++)
        {
            foreach (var other in (int[])[1, 2, 6, 35, 515, 1030])
            {
                foreach (var k in (int[])[0, 1, 5, 35, 130])
                {
                    Check(pool, new GemmCase(width, other, k, transposeA, transposeB, other % 3));
                    Check(pool, new GemmCase(other, width, k, transposeA, transposeB, other % 3));
                }
            }
        }
    }

    [Test]
    public void Small_products_in_all_transpositions([Values] bool transposeA, [Values] bool transposeB)
    {
        using var pool = new WorkerPool(2);
        foreach (var m in (int[])[5, 8, 11, 12, 13, 16, 24, 30, 64])
        {
            foreach (var n in (int[])[5, 10, 16, 31, 32, 48, 64, 66])
            {
                foreach (var k in (int[])[0, 1, 9, 64])
                    Check(pool, new GemmCase(m, n, k, transposeA, transposeB, (m + n) % 3, accumulate: m % 2 == 0, columnBias: true));
            }
        }
    }

    [Test]
    public void Skinny_products_with_bias_activation_and_accumulation([Values] bool accumulate, [Values] bool transpose)
    {
        using var pool = new WorkerPool(2);
        foreach (var (m, n) in ((int, int)[])[(1, 37), (3, 600), (37, 1), (600, 3)])
        {
            Check(pool, new GemmCase(m, n, 70, transpose, transpose, 1, accumulate, rowBias: true, activation: Activation.Relu));
            Check(pool, new GemmCase(m, n, 70, transpose, !transpose, 1, accumulate, columnBias: true));
        }
    }

    [Test]
    public void The_number_of_workers_does_not_change_a_bit([Values] bool transposeA, [Values] bool transposeB)
    {
        using var one = new WorkerPool(1);
        using var two = new WorkerPool(2);
        using var three = new WorkerPool(3);
        foreach (var (m, n, k) in ((int, int, int)[])
            [(129, 257, 600), (64, 128, 3136), (33, 1000, 100), (1000, 33, 100), (40, 40, 2000), (1, 3000, 700), (3000, 3, 700), (250, 250, 1000)])
        {
            using var problem = new GemmCase(m, n, k, transposeA, transposeB, columnBias: true);
            var expected = problem.Run(Sgemm.Run, one, Sgemm.WorkspaceBytes(1, m, n, k));
            problem.Check(expected);
            foreach (var pool in (WorkerPool[])[two, three])
                AssertSameBits(problem.Run(Sgemm.Run, pool, Sgemm.WorkspaceBytes(pool.Count, m, n, k)), expected);
        }
    }

    [Test]
    public void A_product_on_the_calling_thread_alone_has_the_same_bits()
    {
        using var pool = new WorkerPool(2);
        using var problem = new GemmCase(150, 170, 900);
        var expected = problem.Run(Sgemm.Run, pool, Sgemm.WorkspaceBytes(2, 150, 170, 900));
        var alone = problem.Run(
            (WorkerPool _, in GemmArguments g, byte* workspace) => Sgemm.Run(null, g, workspace), pool, Sgemm.WorkspaceBytes(1, 150, 170, 900));
        AssertSameBits(alone, expected);
    }

    [Test]
    public void Every_micro_kernel_gives_the_same_bits()
    {
        if (!System.Runtime.Intrinsics.X86.Avx512F.IsSupported)
            Assert.Ignore("This machine has no AVX-512.");
        using var pool = new WorkerPool(2);
        foreach (var (m, n, k) in ((int, int, int)[])[(70, 90, 500), (30, 40, 3000)])
        {
            using var problem = new GemmCase(m, n, k, columnBias: true, accumulate: true);
            var expected = Run<Avx512MicroKernel>(problem, pool);
            AssertSameBits(Run<Avx2MicroKernel>(problem, pool), expected);
            AssertSameBits(Run<PortableMicroKernel>(problem, pool), expected);
        }

        static float[] Run<TKernel>(GemmCase problem, WorkerPool pool)
            where TKernel : unmanaged, IMicroKernel
        {
            ref readonly var g = ref problem.Arguments;
            return problem.Run(GemmDriverTests<TKernel>.Product, pool, GemmDriver.WorkspaceBytes(2, g.M, g.N, g.K, TKernel.MR, TKernel.NR));
        }
    }

    [TestCase(5, 40, 30)]
    [TestCase(1, 40, 30)]
    [TestCase(40, 2, 30)]
    [TestCase(20, 20, 2000)]
    public void Zero_times_infinity_is_NaN_and_NaN_survives_the_activation(int m, int n, int k)
    {
        using var pool = new WorkerPool(2);
        using var problem = new GemmCase(m, n, k, activation: Activation.Relu);
        ref readonly var g = ref problem.Arguments;
        new Span<float>(g.A, m * k).Clear();
        g.B[(k - 1) * g.Ldb + n - 1] = float.PositiveInfinity;
        g.B[0] = float.NaN;
        var c = problem.Run(Sgemm.Run, pool, Sgemm.WorkspaceBytes(2, m, n, k));
        for (var i = 0; i < m; i++)
        {
            for (var j = 0; j < n; j++)
                Assert.That(c[i * n + j], j == 0 || j == n - 1 ? Is.NaN : Is.Zero);
        }
    }

    [Test]
    public void Products_without_rows_or_columns_do_nothing()
    {
        using var pool = new WorkerPool(2);
        foreach (var (m, n, k) in ((int, int, int)[])[(0, 5, 5), (5, 0, 5), (0, 50, 50), (50, 0, 50), (0, 0, 0)])
            Check(pool, new GemmCase(m, n, k));
    }

    [TestCase(7, 30, 20, 40)]
    [TestCase(3, 300, 300, 300)]
    [TestCase(20, 2, 64, 64)]
    [TestCase(1, 30, 20, 40)]
    public void A_batch_is_its_products_one_by_one(int batch, int m, int n, int k)
    {
        using var pool = new WorkerPool(2);
        using var problem = new GemmCase(batch * m, n, k, transposeB: true);
        var g = problem.Arguments with { M = m };
        var workspace = (byte*)NativeMemory.AlignedAlloc((nuint)Sgemm.BatchedWorkspaceBytes(2, batch, m, n, k) + 64, 64);
        Sgemm.RunBatched(pool, g, batch, (long)m * g.Lda, 0, (long)m * g.Ldc, workspace);
        NativeMemory.AlignedFree(workspace);
        var together = new Span<float>(g.C, batch * m * n).ToArray();
        for (var i = 0; i < batch; i++)
        {
            var one = g with { A = problem.Arguments.A + i * m * g.Lda, C = problem.Arguments.C + i * m * g.Ldc };
            workspace = (byte*)NativeMemory.AlignedAlloc((nuint)Sgemm.WorkspaceBytes(2, m, n, k) + 64, 64);
            Sgemm.Run(pool, one, workspace);
            NativeMemory.AlignedFree(workspace);
        }

        AssertSameBits(new Span<float>(g.C, batch * m * n).ToArray(), together);
    }

    private static void Check(WorkerPool pool, GemmCase problem)
    {
        using (problem)
        {
            ref readonly var g = ref problem.Arguments;
            problem.Check(problem.Run(Sgemm.Run, pool, Sgemm.WorkspaceBytes(pool.Count, g.M, g.N, g.K)));
        }
    }

    private static void AssertSameBits(float[] actual, float[] expected) =>
        Assert.That(MemoryMarshal.AsBytes(actual.AsSpan()).SequenceEqual(MemoryMarshal.AsBytes(expected.AsSpan())), Is.True, "bits differ");
}
