using ComputeCore.Kernels.Cpu.Attention;
using ComputeCore.Kernels.Cpu.Gemm;
using ComputeCore.Kernels.Cpu.Threading;
using NUnit.Framework;

namespace ComputeCore.Kernels.Cpu.Tests.Attention;

public unsafe class DecodeAttentionTests
{
    [Test]
    public void Slices_of_keys_merge_to_the_whole([Values(1, 2, 4)] int queries, [Values] bool isCausal, [Values] bool hasSlopes, [Values(5, 64)] int width)
    {
        var shape = new AttentionShape
        {
            Batch = 4, Queries = queries, Keys = 200, Heads = 4, KeyHeads = 2, Width = width, Scale = 1 / MathF.Sqrt(width), IsCausal = isCausal,
        };
        var (count, keys) = (shape.Batch * queries * shape.QueryStride, shape.Batch * shape.Keys * shape.KeyStride);
        var (q, k, v) = (GuardedArrays.Normal(count, 1), GuardedArrays.Normal(keys, 2), GuardedArrays.Normal(keys, 3));
        var spans = new GuardedArray<int>(0, 200, 200 - queries, 70, 131, 129, 190, 190, 189, 64, 128, 126);
        var slopes = new GuardedArray<float>(0.1f, 0.2f, 0.01f, 1);
        var inputs = new AttentionInputs { Queries = q, Keys = k, Values = v, Spans = spans, Slopes = hasSlopes ? slopes : null };
        var (y, logSumExp) = (new GuardedArray<float>(count), new GuardedArray<float>(shape.Batch * shape.Heads * queries));
        var (expectedY, expectedLogSumExp) = (new GuardedArray<float>(count), new GuardedArray<float>(logSumExp.Length));

        using var two = new WorkerPool(2);
        using var three = new WorkerPool(3);
        FlashAttentionTests<PortableMicroKernel>.Run(
            AttentionReference.WorkspaceBytes(2, shape), workspace => AttentionReference.Forward(two, shape, inputs, expectedY, expectedLogSumExp, workspace));
        FlashAttentionTests<PortableMicroKernel>.Run(
            DecodeAttention.WorkspaceBytes(2, shape), workspace => DecodeAttention.Run(two, shape, inputs, y, logSumExp, workspace));
        y.AssertClose([.. expectedY.Span.ToArray().Select(x => (double)x)], 1e-5);
        logSumExp.AssertClose([.. expectedLogSumExp.Span.ToArray().Select(x => (double)x)], 1e-5);

        var bits = y.Clone();
        FlashAttentionTests<PortableMicroKernel>.Run(
            DecodeAttention.WorkspaceBytes(3, shape), workspace => DecodeAttention.Run(three, shape, inputs, y, logSumExp, workspace));
        y.AssertSameBits(bits);
    }
}
