using ComputeCore.Accelerators;
using ComputeCore.Kernels.Attention;
using NUnit.Framework;

namespace ComputeCore.Kernels.Tests.Attention;

/// <summary>Fused attention and its gradients against the definition in float64, which makes the whole matrix of scores.</summary>
[TestFixture("opencl:0")]
[TestFixture("vulkan:0")]
public class AttentionTests(string deviceName)
{
    private static readonly (int Batch, int Heads, int Queries, int Keys, int Width)[] Sizes =
        [(1, 1, 32, 32, 64), (2, 2, 5, 70, 16), (1, 2, 67, 67, 33), (2, 1, 40, 96, 128)];

    [Test]
    public void Results_and_gradients_are_right([Range(0, 3)] int size, [Values] bool causal, [Values] bool lengths)
    {
        var (batch, heads, queries, keys, width) = Sizes[size];
        using var problem = new Problem(TestDevices.Open(deviceName), batch, heads, queries, keys, width, causal, lengths);
        problem.RunForward();
        problem.RunBackward();
        problem.Check();
    }

    [TestCase(10, 20, 64)]
    [TestCase(200, 256, 128)]
    [TestCase(65, 65, 33)]
    public void A_single_query_over_a_cache_is_right(int keys, int room, int width)
    {
        using var problem = new Problem(TestDevices.Open(deviceName), 2, 3, 1, keys, width, false, true, room);
        problem.RunDecode();
        problem.CheckResult();
    }

    private sealed class Problem : IDisposable
    {
        private static readonly Extent Group = new(8, 8);
        private readonly AcceleratorDevice device;
        private readonly List<IDisposable> buffers = [];
        private readonly AttentionShape shape;
        private readonly int count;
        private readonly int[] lengths;
        private readonly DeviceBuffer<float> q;
        private readonly DeviceBuffer<float> k;
        private readonly DeviceBuffer<float> v;
        private readonly DeviceBuffer<float> o;
        private readonly DeviceBuffer<float> gradient;
        private readonly DeviceBuffer<float> logSums;
        private readonly DeviceBuffer<float> dq;
        private readonly DeviceBuffer<float> dk;
        private readonly DeviceBuffer<float> dv;
        private readonly DeviceBuffer<int> deviceLengths;

        public Problem(AcceleratorDevice device, int batch, int heads, int queries, int keys, int width, bool causal, bool hasLengths, int room = 0)
        {
            this.device = device;
            room = Math.Max(room, keys);
            shape = AttentionShape.Of(heads, queries, keys, width, causal, hasLengths) with { KeyBatch = room * width };
            count = batch * heads;
            var random = new Random(queries * 3 + keys);
            // One sequence of each batch is shorter, and one query may see nothing.
            lengths = [.. Enumerable.Range(0, batch).Select(i => i == 0 ? keys : keys / 3)];
            (q, o, gradient, dq) = (Draw(queries * width), Draw(queries * width), Draw(queries * width), Draw(queries * width));
            (k, v, dk, dv) = (Draw(room * width), Draw(room * width), Draw(room * width), Draw(room * width));
            logSums = Draw(queries);
            deviceLengths = device.AllocateBuffer<int>(batch);
            deviceLengths.Write(lengths);
            buffers.Add(deviceLengths);

            DeviceBuffer<float> Draw(int size)
            {
                var buffer = device.AllocateBuffer<float>(count * size);
                buffer.Write([.. Enumerable.Range(0, buffer.Length).Select(_ => random.NextSingle() * 2 - 1)]);
                buffers.Add(buffer);
                return buffer;
            }
        }

        public void RunForward() => device.Launch(FlashAttention.Dispatch.Forward(
            Tiles(shape.Queries), Group, q.View, k.View, v.View, deviceLengths.View, o.View, logSums.View, shape));

        public void RunBackward()
        {
            using var delta = device.AllocateBuffer<float>(count * shape.Queries);
            device.Launch(FlashAttention.Dispatch.Delta(Extent.Cover(delta.Length, 64), 64, o.View, gradient.View, delta.View, delta.Length, shape.Width));
            device.Launch(FlashAttention.Dispatch.QueryGradient(
                Tiles(shape.Queries), Group, q.View, k.View, v.View, deviceLengths.View, gradient.View, logSums.View, delta.View, dq.View, shape));
            device.Launch(FlashAttention.Dispatch.KeyGradient(
                Tiles(shape.Keys), Group, q.View, k.View, v.View, deviceLengths.View, gradient.View, logSums.View, delta.View, dk.View, shape, 0));
            device.Launch(FlashAttention.Dispatch.KeyGradient(
                Tiles(shape.Keys), Group, q.View, k.View, v.View, deviceLengths.View, gradient.View, logSums.View, delta.View, dv.View, shape, 1));
        }

        public void RunDecode() => device.Launch(DecodeAttention.Dispatch.Forward(
            count, DecodeAttention.GroupSize, q.View, k.View, v.View, deviceLengths.View, o.View, shape));

        public void Check()
        {
            var (results, queryGradients, keyGradients, valueGradients) = Truth();
            Compare(o, results, "o");
            Compare(dq, queryGradients, "dq");
            Compare(dk, keyGradients, "dk");
            Compare(dv, valueGradients, "dv");
        }

        public void CheckResult() => Compare(o, Truth().Results, "o");

        public void Dispose()
        {
            foreach (var buffer in buffers)
                buffer.Dispose();
        }

        private Extent Tiles(int rows) => new(Extent.Cover(rows, AttentionTile.Size), count);

        private static void Compare(DeviceBuffer<float> buffer, double[] truth, string what)
        {
            var values = buffer.ToArray();
            for (var i = 0; i < truth.Length; i++)
                Assert.That(values[i], Is.EqualTo(truth[i]).Within(2e-5), $"{what}[{i}]");
        }

        private (double[] Results, double[] Dq, double[] Dk, double[] Dv) Truth()
        {
            var (queries, width) = (shape.Queries, shape.Width);
            var (qs, ks, vs, gs) = (q.ToArray(), k.ToArray(), v.ToArray(), gradient.ToArray());
            var (results, dqs) = (new double[q.Length], new double[q.Length]);
            var (dks, dvs) = (new double[k.Length], new double[k.Length]);
            for (var head = 0; head < count; head++)
            for (var i = 0; i < queries; i++)
            {
                var at = (head * queries + i) * width;
                var end = shape.HasLengths != 0 ? lengths[head / shape.Heads] : shape.Keys;
                if (shape.Causal != 0)
                    end = Math.Min(end, i + shape.Keys - queries + 1);
                if (end <= 0)
                    continue;
                int Row(int j) => head * shape.KeyBatch + j * width;
                double Dot(float[] a, int x, float[] b, int y) => Enumerable.Range(0, width).Sum(c => (double)a[x + c] * b[y + c]);
                double[] p = [.. Enumerable.Range(0, end).Select(j => Math.Exp(Dot(qs, at, ks, Row(j)) * shape.Scale))];
                var sum = p.Sum();
                var dp = new double[end];
                for (var j = 0; j < end; j++)
                {
                    p[j] /= sum;
                    dp[j] = Dot(gs, at, vs, Row(j));
                }

                var delta = p.Zip(dp, (x, y) => x * y).Sum();
                for (var j = 0; j < end; j++)
                {
                    var ds = p[j] * (dp[j] - delta) * shape.Scale;
                    for (var c = 0; c < width; c++)
                    {
                        results[at + c] += p[j] * vs[Row(j) + c];
                        dqs[at + c] += ds * ks[Row(j) + c];
                        dks[Row(j) + c] += ds * qs[at + c];
                        dvs[Row(j) + c] += p[j] * gs[at + c];
                    }
                }
            }

            return (results, dqs, dks, dvs);
        }
    }
}
