using ComputeCore.Kernels.Cpu.Normalization;
using ComputeCore.Kernels.Cpu.Threading;
using NUnit.Framework;

namespace ComputeCore.Kernels.Cpu.Tests.Normalization;

public unsafe class BatchNormTests
{
    private const float Epsilon = 1e-5f;

    [Test]
    public void Training_and_its_gradients_match_float64(
        [Values("2 1 1", "64 5 1", "200 40 1", "2 3 4", "64 40 4", "3 17 2", "9 33 15", "5 7 16", "3 4 49", "8 19 1000")] string shape, [Values] bool affine)
    {
        using var pool = new WorkerPool(2);
        var (batch, channels, inner) = Parse(shape);
        var x = GuardedArrays.Normal(batch * channels * inner, 1, scale: 2, mean: 5);
        var w = affine ? GuardedArrays.Normal(channels, 2) : null;
        var b = affine ? GuardedArrays.Normal(channels, 3) : null;
        var y = new GuardedArray<float>(x.Length);
        var (mean, rstd, variance) = (new GuardedArray<float>(channels), new GuardedArray<float>(channels), new GuardedArray<float>(channels));
        new BatchNormForward
        {
            Input = x, Weight = w, Bias = b, Output = y, Mean = mean, Rstd = rstd, Variance = variance,
            Batch = batch, Channels = channels, Inner = inner, Epsilon = Epsilon,
        }.Run(pool);

        var dy = GuardedArrays.Normal(x.Length, 4);
        var dx = new GuardedArray<float>(x.Length);
        var dw = affine ? new GuardedArray<float>(channels) : null;
        var db = affine ? new GuardedArray<float>(channels) : null;
        new BatchNormBackward
        {
            OutputGradient = dy, Input = x, Mean = mean, Rstd = rstd, Weight = w, InputGradient = dx, WeightGradient = dw, BiasGradient = db,
            Batch = batch, Channels = channels, Inner = inner,
        }.Run(pool);

        var expectedY = new double[x.Length];
        var expectedDx = new double[x.Length];
        var statistics = new double[5][];
        for (var s = 0; s < statistics.Length; s++)
            statistics[s] = new double[channels];
        for (var c = 0; c < channels; c++)
        {
            var channel = Enumerable.Range(0, x.Length).Where(i => i / inner % channels == c).ToArray();
            var m = channel.Average(i => (double)x[i]);
            var v = channel.Average(i => (x[i] - m) * (x[i] - m));
            var r = 1 / Math.Sqrt(v + Epsilon);
            double weight = w is null ? 1 : w[c];
            var meanG = channel.Average(i => (double)dy[i]);
            var meanGX = channel.Average(i => dy[i] * (x[i] - m) * r);
            foreach (var i in channel)
            {
                expectedY[i] = (x[i] - m) * r * weight + (b is null ? 0 : b[c]);
                expectedDx[i] = weight * r * (dy[i] - meanG - (x[i] - m) * r * meanGX);
            }

            (statistics[0][c], statistics[1][c], statistics[2][c]) = (m, r, v);
            (statistics[3][c], statistics[4][c]) = (meanGX * channel.Length, meanG * channel.Length);
        }

        y.AssertClose(expectedY, 3e-6);
        mean.AssertClose(statistics[0], 1e-6);
        rstd.AssertClose(statistics[1], 1e-6);
        variance.AssertClose(statistics[2], 1e-6);
        dx.AssertClose(expectedDx, 5e-6);
        dw?.AssertClose(statistics[3], 1e-5);
        db?.AssertClose(statistics[4], 1e-5);
    }

    [Test]
    public void A_channel_far_from_zero_keeps_its_variance([Values(1, 10)] int inner)
    {
        using var pool = new WorkerPool(1);
        var x = new GuardedArray<float>(1000 * inner, i => 1_000_000 + i / inner % 2);
        var y = new GuardedArray<float>(x.Length);
        var (mean, rstd, variance) = (new GuardedArray<float>(1), new GuardedArray<float>(1), new GuardedArray<float>(1));
        new BatchNormForward
        {
            Input = x, Weight = null, Bias = null, Output = y, Mean = mean, Rstd = rstd, Variance = variance,
            Batch = 1000, Channels = 1, Inner = inner, Epsilon = 0,
        }.Run(pool);
        variance.AssertClose([0.25], 1e-3);
    }

    [Test]
    public void Bits_do_not_depend_on_the_thread_count([Values("300 200 1", "6 35 999")] string shape)
    {
        using var one = new WorkerPool(1);
        using var three = new WorkerPool(3);
        var (batch, channels, inner) = Parse(shape);
        var x = GuardedArrays.Normal(batch * channels * inner, 1);
        var statistics = new GuardedArray<float>(3 * channels);
        var (y1, y3) = (new GuardedArray<float>(x.Length), new GuardedArray<float>(x.Length));
        float* s = statistics;
        var norm = new BatchNormForward
        {
            Input = x, Weight = null, Bias = null, Output = y1, Mean = s, Rstd = s + channels, Variance = s + 2 * channels,
            Batch = batch, Channels = channels, Inner = inner, Epsilon = Epsilon,
        };
        norm.Run(one);
        (norm with { Output = y3 }).Run(three);
        y3.AssertSameBits(y1);
    }

    private static (int Batch, int Channels, int Inner) Parse(string shape)
    {
        var sizes = Array.ConvertAll(shape.Split(' '), int.Parse);
        return (sizes[0], sizes[1], sizes[2]);
    }
}
