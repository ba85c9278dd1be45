using ComputeCore.Kernels.Normalization;
using ComputeCore.Operations;
using ComputeCore.Validation;
using NUnit.Framework;

namespace ComputeCore.Kernels.Tests.Normalization;

/// <summary>What the samples of the operations leave out: sums that are cut into parts.</summary>
[TestFixtureSource(typeof(TestDevices), nameof(TestDevices.Accelerators))]
public class NormalizationTests(string deviceName)
{
    private const double Epsilon = 1e-5;

    [Test]
    public void Rms_normalization_adds_up_parts_of_the_rows() => Conformance.CheckResults(
        TestDevices.Open(deviceName),
        new Sample(new RmsNormalizationGradient(1, true), Draw.Normal([200, 65]), Draw.Normal([200, 65]), Draw.Uniform([200], 0.5, 2), Draw.Normal([65])));

    [Test]
    public void Batch_normalization_merges_parts_of_a_channel()
    {
        const int Batch = 7, Channels = 3, Inner = 500;
        using var arrays = new DeviceArrays(TestDevices.Open(deviceName), 1);
        var (x, xs) = arrays.Draw(Batch * Channels * Inner, offset: 10);
        var (dy, dys) = arrays.Draw(xs.Length);
        var (weight, weights) = arrays.Draw(Channels);
        var (bias, biases) = arrays.Draw(Channels);
        var (y, mean, rstd, variance) = (arrays.Result(xs.Length), arrays.Result(Channels), arrays.Result(Channels), arrays.Result(Channels));
        var (dx, dweight, dbias) = (arrays.Result(xs.Length), arrays.Result(Channels), arrays.Result(Channels));
        var scratch = arrays.Result(NormalizationLaunches.BatchScratch(Batch, Channels, Inner));
        foreach (var dispatch in NormalizationLaunches.BatchForward(
            x.View, weight.View, bias.View, y.View, mean.View, rstd.View, variance.View, scratch.View, Batch, Channels, Inner, (float)Epsilon))
            arrays.Device.Launch(dispatch);
        foreach (var dispatch in NormalizationLaunches.BatchBackward(
            dy.View, x.View, mean.View, rstd.View, weight.View, dx.View, dweight.View, dbias.View, scratch.View, Batch, Channels, Inner))
            arrays.Device.Launch(dispatch);

        var (ys, dxs) = (y.ToArray(), dx.ToArray());
        for (var channel = 0; channel < Channels; channel++)
        {
            int[] at = [.. Enumerable.Range(0, Batch * Inner).Select(i => (i / Inner * Channels + channel) * Inner + i % Inner)];
            var m = at.Average(i => xs[i]);
            var v = at.Average(i => (xs[i] - m) * (xs[i] - m));
            var r = 1 / Math.Sqrt(v + Epsilon);
            var (products, gradients) = (at.Sum(i => dys[i] * (xs[i] - m) * r), at.Sum(i => dys[i]));
            Assert.That(mean.ToArray()[channel], Is.EqualTo(m).Within(3e-6));
            Assert.That(variance.ToArray()[channel], Is.EqualTo(v).Within(3e-6));
            Assert.That(dweight.ToArray()[channel], Is.EqualTo(products).Within(3e-4));
            Assert.That(dbias.ToArray()[channel], Is.EqualTo(gradients).Within(3e-4));
            foreach (var i in at)
            {
                var normalized = (xs[i] - m) * r;
                Assert.That(ys[i], Is.EqualTo(normalized * weights[channel] + biases[channel]).Within(1e-5));
                Assert.That(dxs[i], Is.EqualTo(r * weights[channel] * (dys[i] - gradients / at.Length - normalized * products / at.Length)).Within(1e-5));
            }
        }
    }

    [Test]
    public void Layer_normalization_adds_up_parts_of_the_rows()
    {
        const int Rows = 100, Columns = 33;
        using var arrays = new DeviceArrays(TestDevices.Open(deviceName), 2);
        var (x, xs) = arrays.Draw(Rows * Columns);
        var (dy, dys) = arrays.Draw(Rows * Columns);
        var (mean, means) = arrays.Draw(Rows);
        var (rstd, rstds) = arrays.Draw(Rows, offset: 2);
        var (dweight, dbias) = (arrays.Result(Columns), arrays.Result(Columns));
        var scratch = arrays.Result(NormalizationLaunches.LayerScratch(Rows, Columns));
        foreach (var dispatch in NormalizationLaunches.LayerParameters(dy.View, x.View, mean.View, rstd.View, dweight.View, dbias.View, scratch.View, Rows, Columns))
            arrays.Device.Launch(dispatch);

        var rows = Enumerable.Range(0, Rows);
        Assert.That(dweight.ToArray(), Is.EqualTo(Enumerable.Range(0, Columns).Select(c => rows.Sum(r => dys[r * Columns + c] * (xs[r * Columns + c] - means[r]) * rstds[r]))).Within(3e-5));
        Assert.That(dbias.ToArray(), Is.EqualTo(Enumerable.Range(0, Columns).Select(c => rows.Sum(r => dys[r * Columns + c]))).Within(3e-5));
    }
}
