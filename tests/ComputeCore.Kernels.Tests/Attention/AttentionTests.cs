using ComputeCore.Accelerators;
using ComputeCore.Kernels.Attention;
using ComputeCore.Operations;
using ComputeCore.Validation;
using NUnit.Framework;
using AttentionOperation = ComputeCore.Operations.Attention;

namespace ComputeCore.Kernels.Tests.Attention;

/// <summary>Attention and its gradients beyond the operation's samples: many tiles, wide heads, long caches.</summary>
[TestFixtureSource(typeof(TestDevices), nameof(TestDevices.Accelerators))]
public class AttentionTests(string deviceName)
{
    private static readonly (int Batch, int Queries, int Keys, int Heads, int KeyHeads, int Width)[] Sizes =
        [(2, 67, 67, 4, 2, 33), (1, 40, 96, 2, 1, 128), (1, 35, 40, 1, 1, 256), (1, 64, 64, 1, 1, 64), (1, 33, 70, 2, 2, 136)];

    private AcceleratorDevice Device => TestDevices.Open(deviceName);

    [Test]
    public void Many_tiles_are_right([Range(0, 4)] int size, [Values] bool isCausal)
    {
        var (batch, queries, keys, heads, keyHeads, width) = Sizes[size];
        var sample = SampleOf(batch, queries, keys, heads, keyHeads, width, isCausal);
        Conformance.CheckResults(Device, sample);
        Conformance.CheckGradients(Device, sample);
    }

    [Test]
    public void Dropout_drops_what_it_drops_on_every_device([Values(30, 33)] int keys)
    {
        var sample = SampleOf(2, 35, keys, 2, 1, 16, true, dropout: 0.3);
        Conformance.CheckResults(Device, sample);
        Conformance.CheckGradients(Device, sample);
    }

    [TestCase(1, 64)]
    [TestCase(1, 20)]
    [TestCase(2, 33)]
    [TestCase(4, 256)]
    public void Few_queries_over_a_long_cache_are_right(int queries, int width)
    {
        double[] spans = [0, 700, 699, 100, 650, 649 - queries];
        Conformance.CheckResults(Device, SampleOf(2, queries, 700, 6, 2, width, true, spans, hasSlopes: true));
    }

    [Test]
    public void What_no_query_sees_may_be_NaN([Values(1, 40)] int queries)
    {
        var sample = SampleOf(2, queries, 50, 2, 1, 8, false, [5, 45, 0, 0, 45, 0]);
        var inputs = sample.Inputs();
        foreach (var input in inputs[1..3])
            for (var i = 45 * 8; i < 50 * 8; i++)
                input.AsSpan<float>()[i] = input.AsSpan<float>()[50 * 8 + i] = float.NaN;
        Assert.That(Runner.Run(Device, sample.Operation, inputs)[0].ToDoubles(), Is.All.Not.NaN);
    }

    [Test]
    public void The_naive_kernel_is_right([Values(0, 0.2)] double dropout)
    {
        var sample = SampleOf(2, 9, 13, 4, 2, 6, true, [0, 13, 4, 2, 11, 3], true, dropout);
        var inputs = sample.Inputs();
        using var reference = Devices.Device.Open("reference");
        var truths = Runner.Run(reference, sample.Operation, inputs);
        using var arrays = new DeviceArrays(Device, 1);
        var (q, k, v, slopes) = (arrays.Put(inputs[0]), arrays.Put(inputs[1]), arrays.Put(inputs[2]), arrays.Put(inputs[4]));
        using var spans = Device.AllocateBuffer<int>(6);
        spans.Write(inputs[3].AsSpan<int>());
        using var random = Device.AllocateBuffer<long>(2);
        if (dropout > 0)
            random.Write(inputs[5].AsSpan<long>());
        var (o, logSumExp) = (arrays.Result(q.Length), arrays.Result(2 * 4 * 9));
        var shape = new AttentionShape
        {
            Heads = 4, KeyHeads = 2, Queries = 9, Keys = 13, Width = 6, Scale = (float)(1 / Math.Sqrt(6)), IsCausal = 1, HasSpans = 1, HasSlopes = 1, Dropped = (int)Math.Round(65536 * dropout), Stream = 3,
        };
        Device.Launch(FlashAttention.Dispatch.Naive(
            FlatIndex.GridFor(logSumExp.Length), FlatIndex.GroupSize, q.View, k.View, v.View, spans.View, slopes.View, random.View, o.View, logSumExp.View, shape, logSumExp.Length));
        Assert.That(o.ToArray(), Is.EqualTo(truths[0].ToDoubles()).Within(1e-5));
        Assert.That(logSumExp.ToArray(), Is.EqualTo(truths[1].ToDoubles()).Within(1e-5));
    }

    private static Sample SampleOf(
        int batch, int queries, int keys, int heads, int keyHeads, int width, bool isCausal, double[]? spans = null, bool hasSlopes = false, double dropout = 0)
    {
        Draw kv = Draw.Normal([batch, keys, keyHeads, width]);
        return new(
            new AttentionOperation(1 / Math.Sqrt(width), isCausal, spans is not null, hasSlopes, dropout, 3),
            [
                Draw.Normal([batch, queries, heads, width]), kv, kv,
                .. spans is null ? (Draw[])[] : [Draw.Values([batch, 3], ElementType.Int32, spans)],
                .. hasSlopes ? (Draw[])[Draw.Uniform([heads], 0, 0.1)] : [],
                .. dropout > 0 ? (Draw[])[Draw.Values([2], ElementType.Int64, 1234, 5)] : [],
            ]);
    }
}
