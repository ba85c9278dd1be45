using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using ComputeCore.Kernels.Cpu.Attention;
using ComputeCore.Kernels.Cpu.Gemm;
using ComputeCore.Kernels.Cpu.RandomNumbers;
using ComputeCore.Kernels.Cpu.Threading;
using NUnit.Framework;

namespace ComputeCore.Kernels.Cpu.Tests.Attention;

/// <summary>The fused kernels against the plain one, which the operation's own samples hold to the definition, where tiles and blocks begin and end.</summary>
[TestFixture(typeof(Avx512MicroKernel))]
[TestFixture(typeof(Avx2MicroKernel))]
[TestFixture(typeof(PortableMicroKernel))]
internal sealed unsafe class FlashAttentionTests<TKernel> : IDisposable
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
    public void Every_size_around_the_borders_of_blocks_and_tiles([Values] bool isCausal, [Values(5, 64, 80)] int width)
    {
        foreach (var (queries, keys) in ((int, int)[])[(1, 1), (13, 31), (96, 256), (97, 257), (130, 129), (200, 513), (260, 100)])
            Check(Shape(1, queries, keys, 2, 1, width, isCausal), null, false);
    }

    [Test]
    public void Spans_slopes_and_dropout_across_tiles([Values] bool isCausal, [Values] bool hasSlopes, [Values(0f, 0.3f)] float dropout)
    {
        var shape = Shape(3, 150, 300, 2, 2, 16, isCausal);
        shape.Dropout = dropout;
        Check(shape, [0, 300, 150, 37, 290, 140, 270, 270, 0], hasSlopes);
    }

    [Test]
    public void Queries_in_slices_add_up_to_the_gradients_of_shared_keys() => Check(Shape(1, 250, 140, 6, 1, 32, true), [3, 135, 20], false);

    private static AttentionShape Shape(int batch, int queries, int keys, int heads, int keyHeads, int width, bool isCausal) => new()
    {
        Batch = batch, Queries = queries, Keys = keys, Heads = heads, KeyHeads = keyHeads, Width = width, Scale = 1 / MathF.Sqrt(width), IsCausal = isCausal,
    };

    private void Check(AttentionShape shape, int[]? spans, bool hasSlopes)
    {
        var (queries, keys) = (shape.Batch * shape.Queries * shape.QueryStride, shape.Batch * shape.Keys * shape.KeyStride);
        var (q, k, v, dy) = (GuardedArrays.Normal(queries, 1), GuardedArrays.Normal(keys, 2), GuardedArrays.Normal(keys, 3), GuardedArrays.Normal(queries, 4));
        var inputs = new AttentionInputs
        {
            Queries = q,
            Keys = k,
            Values = v,
            Spans = spans is null ? null : new GuardedArray<int>(spans),
            Slopes = hasSlopes ? new GuardedArray<float>([.. Enumerable.Range(1, shape.Heads).Select(h => 0.1f * h)]) : null,
            Random = new PhiloxStream(7, 3, 5),
        };
        var numbers = shape.Batch * shape.Heads * shape.Queries;
        var (y, logSumExp) = (new GuardedArray<float>(queries), new GuardedArray<float>(numbers));
        var (dq, dk, dv) = (new GuardedArray<float>(queries), new GuardedArray<float>(keys), new GuardedArray<float>(keys));
        var gradients = new AttentionGradients { Output = dy, Result = y, LogSumExp = logSumExp, Queries = dq, Keys = dk, Values = dv };

        // The plain kernels' results first, then the fused ones' in the same arrays.
        Run(AttentionReference.WorkspaceBytes(pool.Count, shape), workspace => AttentionReference.Forward(pool, shape, inputs, y, logSumExp, workspace));
        Run(AttentionReference.WorkspaceBytes(pool.Count, shape), workspace => AttentionReference.Backward(pool, shape, inputs, gradients, workspace));
        GuardedArray<float>[] results = [y, logSumExp, dq, dk, dv];
        var expected = results.Select(result => result.Span.ToArray().Select(x => (double)x).ToArray()).ToArray();
        foreach (var result in results)
            for (var i = 0; i < result.Length; i++)
                result[i] = float.NaN;
        Run(FlashAttention.TiledWorkspaceBytes(pool.Count, shape), workspace => FlashAttention.Run<TKernel>(pool, shape, inputs, y, logSumExp, workspace));
        Run(FlashAttentionGradient.WorkspaceBytes(pool.Count, shape), workspace => FlashAttentionGradient.Run<TKernel>(pool, shape, inputs, gradients, workspace));
        foreach (var (result, truth) in results.Zip(expected))
            result.AssertClose(truth, 2e-5);

        // The same bits with other numbers of threads.
        var bits = results.Select(result => result.Clone()).ToArray();
        using var three = new WorkerPool(3);
        Run(FlashAttention.TiledWorkspaceBytes(3, shape), workspace => FlashAttention.Run<TKernel>(three, shape, inputs, y, logSumExp, workspace));
        Run(FlashAttentionGradient.WorkspaceBytes(3, shape), workspace => FlashAttentionGradient.Run<TKernel>(three, shape, inputs, gradients, workspace));
        foreach (var (result, bit) in results.Zip(bits))
            result.AssertSameBits(bit);
    }

    // Workspaces are aligned, and hold anything: here numbers that would show.
    internal static void Run(long bytes, Workspace run)
    {
        const int Guard = 64;
        var memory = (byte*)NativeMemory.AlignedAlloc((nuint)bytes + Guard, 64);
        new Span<float>(memory, (int)((bytes + Guard) / sizeof(float))).Fill(float.NaN);
        run(memory);
        var isIntact = !new Span<float>(memory + bytes, Guard / sizeof(float)).ContainsAnyExcept(float.NaN);
        NativeMemory.AlignedFree(memory);
        Assert.That(isIntact, "written behind the workspace");
    }

    internal delegate void Workspace(byte* workspace);
}
