using ComputeCore.Kernels.Recurrent;
using NUnit.Framework;

namespace ComputeCore.Kernels.Tests.Recurrent;

/// <summary>The steps of LSTM and GRU against PyTorch's definition in float64; gradients against differences of it.</summary>
[TestFixtureSource(typeof(TestDevices), nameof(TestDevices.Accelerators))]
public class RecurrentTests(string deviceName)
{
    private const int Batch = 3;
    private const int Hidden = 27;
    private const int Units = Batch * Hidden;
    private const double Tolerance = 2e-6;

    [Test]
    public void Lstm_is_right()
    {
        using var arrays = new DeviceArrays(TestDevices.Open(deviceName), 1);
        var (x, xs) = arrays.Draw(4 * Units);
        var (h, hs) = arrays.Draw(4 * Units);
        var (c, cs) = arrays.Draw(Units);
        var (dNewH, dNewHs) = arrays.Draw(Units);
        var (dNewC, dNewCs) = arrays.Draw(Units);
        var (newH, newC, gates, dGates, dc) = (arrays.Result(Units), arrays.Result(Units), arrays.Result(4 * Units), arrays.Result(4 * Units), arrays.Result(Units));
        var groups = Extent.Cover(Units, Lstm.GroupSize);
        arrays.Device.Launch(Lstm.Dispatch.Forward(groups, Lstm.GroupSize, x.View, h.View, c.View, newH.View, newC.View, gates.View, Batch, Hidden));
        arrays.Device.Launch(Lstm.Dispatch.Backward(
            groups, Lstm.GroupSize, gates.View, c.View, newC.View, dNewH.View, dNewC.View, dGates.View, dc.View, Batch, Hidden));

        var (truthH, truthC) = LstmStep(xs, hs, cs);
        Assert.That(newH.ToArray(), Is.EqualTo(truthH).Within(Tolerance));
        Assert.That(newC.ToArray(), Is.EqualTo(truthC).Within(Tolerance));
        Assert.That(dGates.ToArray(), Is.EqualTo(DeviceArrays.Gradient(v => Loss(LstmStep(v, hs, cs)), xs)).Within(Tolerance));
        Assert.That(dc.ToArray(), Is.EqualTo(DeviceArrays.Gradient(v => Loss(LstmStep(xs, hs, v)), cs)).Within(Tolerance));

        double Loss((double[] H, double[] C) step) => Dot(step.H, dNewHs) + Dot(step.C, dNewCs);
    }

    [Test]
    public void Gru_is_right()
    {
        using var arrays = new DeviceArrays(TestDevices.Open(deviceName), 2);
        var (x, xs) = arrays.Draw(3 * Units);
        var (g, gs) = arrays.Draw(3 * Units);
        var (h, hs) = arrays.Draw(Units);
        var (dNewH, dNewHs) = arrays.Draw(Units);
        var (newH, gates, dx, dg, dh) = (arrays.Result(Units), arrays.Result(4 * Units), arrays.Result(3 * Units), arrays.Result(3 * Units), arrays.Result(Units));
        var groups = Extent.Cover(Units, Gru.GroupSize);
        arrays.Device.Launch(Gru.Dispatch.Forward(groups, Gru.GroupSize, x.View, g.View, h.View, newH.View, gates.View, Batch, Hidden));
        arrays.Device.Launch(Gru.Dispatch.Backward(groups, Gru.GroupSize, gates.View, h.View, dNewH.View, dx.View, dg.View, dh.View, Batch, Hidden));

        Assert.That(newH.ToArray(), Is.EqualTo(GruStep(xs, gs, hs)).Within(Tolerance));
        Assert.That(dx.ToArray(), Is.EqualTo(DeviceArrays.Gradient(v => Dot(GruStep(v, gs, hs), dNewHs), xs)).Within(Tolerance));
        Assert.That(dg.ToArray(), Is.EqualTo(DeviceArrays.Gradient(v => Dot(GruStep(xs, v, hs), dNewHs), gs)).Within(Tolerance));
        Assert.That(dh.ToArray(), Is.EqualTo(DeviceArrays.Gradient(v => Dot(GruStep(xs, gs, v), dNewHs), hs)).Within(Tolerance));
    }

    private static (double[] H, double[] C) LstmStep(double[] x, double[] h, double[] c)
    {
        var (newH, newC) = (new double[Units], new double[Units]);
        for (var i = 0; i < Units; i++)
        {
            double Gate(int gate) => x[Index(i, gate, 4)] + h[Index(i, gate, 4)];
            newC[i] = Sigmoid(Gate(1)) * c[i] + Sigmoid(Gate(0)) * Math.Tanh(Gate(2));
            newH[i] = Sigmoid(Gate(3)) * Math.Tanh(newC[i]);
        }

        return (newH, newC);
    }

    private static double[] GruStep(double[] x, double[] g, double[] h)
    {
        var newH = new double[Units];
        for (var i = 0; i < Units; i++)
        {
            var (r, z, n) = (Index(i, 0, 3), Index(i, 1, 3), Index(i, 2, 3));
            var update = Sigmoid(x[z] + g[z]);
            newH[i] = (1 - update) * Math.Tanh(x[n] + Sigmoid(x[r] + g[r]) * g[n]) + update * h[i];
        }

        return newH;
    }

    private static int Index(int unit, int gate, int gates) => unit / Hidden * gates * Hidden + gate * Hidden + unit % Hidden;

    private static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));

    private static double Dot(double[] a, double[] b) => a.Zip(b, (x, y) => x * y).Sum();
}
