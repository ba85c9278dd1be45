using ComputeCore.Accelerators;
using ComputeCore.Kernels.Convolution;
using NUnit.Framework;

namespace ComputeCore.Kernels.Tests.Convolution;

/// <summary>Convolutions and gradients against sums in float64: every stride, padding, dilation and group by every kernel.</summary>
[TestFixtureSource(typeof(TestDevices), nameof(TestDevices.Accelerators))]
public class ConvolutionTests(string deviceName)
{
    internal static readonly string[] Variants =
        ["direct", "panels", .. ConvolutionVariant.All.Select(variant => variant.Name)];

    private static readonly ConvolutionShape[] Shapes =
    [
        Shape(2, 3, 6, 5, 4, 3, 3, padding: 1),
        Shape(2, 3, 7, 8, 5, 3, 3, stride: 2, padding: 1),
        Shape(1, 2, 7, 6, 3, 3, 3, padding: 2, dilation: 2),
        Shape(2, 5, 4, 4, 7, 1, 1),
        Shape(2, 4, 5, 5, 6, 3, 3, padding: 1, groups: 2),
        Shape(2, 3, 6, 7, 6, 3, 3, stride: 2, padding: 1, groups: 3),
        Shape(1, 2, 9, 9, 3, 5, 2, stride: 3, padding: 2),
        Shape(2, 20, 12, 12, 70, 3, 3, padding: 1),
        Shape(3, 1, 12, 12, 8, 3, 3, padding: 1),
        Shape(3, 2, 4, 37, 18, 3, 3, padding: 1),
        Shape(2, 2, 5, 43, 3, 3, 3, stride: 2, padding: 1),
    ];

    [Test]
    public void Forward_is_right([ValueSource(nameof(Variants))] string variant, [Range(0, 10)] int index)
    {
        var shape = Shapes[index] with { HasBias = 1, Activation = index % 3 };
        using var problem = new Problem(TestDevices.Open(deviceName), shape);
        var (x, w, bias, y) = (problem.X.View, problem.W.View, problem.Bias.View, problem.Result(problem.Y));
        if (variant == "direct")
        {
            problem.Launch([DirectConvolution.Dispatch.Forward(Groups(problem.Y), DirectConvolution.GroupSize, x, w, bias, y, shape)]);
        }
        else if (variant == "panels")
        {
            using var frames = problem.Device.AllocateBuffer<float>(PanelVariant.InputFrames(shape));
            using var panels = problem.Device.AllocateBuffer<float>(PanelVariant.ForwardPanels(shape));
            problem.Launch(PanelVariant.Forward(shape, x, w, bias, y, frames.View, panels.View));
        }
        else
        {
            problem.Launch([Implicit(variant).Forward(shape, x, w, bias, y)]);
        }

        problem.CheckForward();
    }

    [Test]
    public void Data_gradient_is_right([ValueSource(nameof(Variants))] string variant, [Range(0, 10)] int index)
    {
        var shape = Shapes[index];
        using var problem = new Problem(TestDevices.Open(deviceName), shape);
        var (dy, w, dx) = (problem.Y.View, problem.W.View, problem.Result(problem.X));
        if (variant == "direct")
        {
            problem.Launch([DirectConvolution.Dispatch.Data(Groups(problem.X), DirectConvolution.GroupSize, dy, w, dx, shape)]);
        }
        else if (variant == "panels")
        {
            using var frames = problem.Device.AllocateBuffer<float>(PanelVariant.GradientFrames(shape));
            using var panels = problem.Device.AllocateBuffer<float>(PanelVariant.DataPanels(shape));
            problem.Launch(PanelVariant.Data(shape, dy, w, dx, frames.View, panels.View));
        }
        else
        {
            problem.Launch([Implicit(variant).Data(shape, dy, w, dx)]);
        }

        problem.CheckData();
    }

    [Test]
    public void Weights_gradient_is_right([ValueSource(nameof(Variants))] string variant, [Range(0, 10)] int index, [Values(1, 3)] int splits)
    {
        var shape = Shapes[index];
        using var problem = new Problem(TestDevices.Open(deviceName), shape);
        using var partial = problem.Device.AllocateBuffer<float>(splits * problem.W.Length);
        var (x, dy, dw) = (problem.X.View, problem.Y.View, problem.Result(problem.W));
        if (variant == "direct")
        {
            problem.Launch([DirectConvolution.Dispatch.Weights(problem.W.Length, DirectConvolution.GroupSize, x, dy, dw, shape)]);
        }
        else if (variant == "panels")
        {
            using var frames = problem.Device.AllocateBuffer<float>(PanelVariant.InputFrames(shape));
            using var turned = problem.Device.AllocateBuffer<float>(PanelVariant.Turned(shape));
            using var sums = problem.Device.AllocateBuffer<float>(PanelVariant.Sums(shape));
            problem.Launch(PanelVariant.Weights(shape, x, dy, dw, frames.View, turned.View, sums.View));
        }
        else
        {
            problem.Launch(Implicit(variant).Weights(shape, x, dy, dw, partial.View, splits));
        }

        problem.CheckWeights();
    }

    private static int Groups(DeviceBuffer<float> result) => Extent.Cover(result.Length, DirectConvolution.GroupSize);

    private static ConvolutionVariant Implicit(string name) => ConvolutionVariant.All.Single(variant => variant.Name == name);

    private static ConvolutionShape Shape(int n, int c, int h, int w, int k, int r, int s, int stride = 1, int padding = 0, int dilation = 1, int groups = 1) => new()
    {
        N = n,
        C = c,
        H = h,
        W = w,
        K = k,
        R = r,
        S = s,
        P = (h + 2 * padding - dilation * (r - 1) - 1) / stride + 1,
        Q = (w + 2 * padding - dilation * (s - 1) - 1) / stride + 1,
        StrideY = stride,
        StrideX = stride,
        PaddingY = padding,
        PaddingX = padding,
        DilationY = dilation,
        DilationX = dilation,
        Groups = groups,
    };

    private sealed class Problem : IDisposable
    {
        private readonly ConvolutionShape shape;
        private DeviceBuffer<float>? result;

        public Problem(AcceleratorDevice device, ConvolutionShape shape)
        {
            Device = device;
            this.shape = shape;
            var random = new Random(shape.K * 7 + shape.H);
            X = Draw(shape.N * shape.C * shape.H * shape.W);
            W = Draw(shape.K * (shape.C / shape.Groups) * shape.R * shape.S);
            Y = Draw(shape.N * shape.K * shape.P * shape.Q);
            Bias = Draw(shape.K);

            DeviceBuffer<float> Draw(int count)
            {
                var buffer = Device.AllocateBuffer<float>(count);
                buffer.Write([.. Enumerable.Range(0, count).Select(_ => random.NextSingle() * 2 - 1)]);
                return buffer;
            }
        }

        public AcceleratorDevice Device { get; }

        public DeviceBuffer<float> X { get; }

        public DeviceBuffer<float> W { get; }

        public DeviceBuffer<float> Y { get; }

        public DeviceBuffer<float> Bias { get; }

        public void Launch(IEnumerable<KernelDispatch> dispatches)
        {
            foreach (var dispatch in dispatches)
                Device.Launch(dispatch);
        }

        public DeviceView<float> Result(DeviceBuffer<float> like)
        {
            result = Device.AllocateBuffer<float>(like.Length);
            result.Write([.. Enumerable.Repeat(float.NaN, like.Length)]);
            return result.View;
        }

        public void CheckForward()
        {
            var (x, w, bias) = (X.ToArray(), W.ToArray(), Bias.ToArray());
            var y = new double[Y.Length];
            foreach (var (ix, iw, iy) in Products())
                y[iy] += (double)x[ix] * w[iw];
            for (var i = 0; i < y.Length; i++)
            {
                y[i] += bias[i / (shape.P * shape.Q) % shape.K];
                if (shape.Activation != 0)
                    y[i] = Math.Max(0, y[i]);
                if (shape.Activation == 2)
                    y[i] = Math.Min(y[i], 6);
            }

            Check(y);
        }

        public void CheckData()
        {
            var (w, dy) = (W.ToArray(), Y.ToArray());
            var dx = new double[X.Length];
            foreach (var (ix, iw, iy) in Products())
                dx[ix] += (double)dy[iy] * w[iw];
            Check(dx);
        }

        public void CheckWeights()
        {
            var (x, dy) = (X.ToArray(), Y.ToArray());
            var dw = new double[W.Length];
            foreach (var (ix, iw, iy) in Products())
                dw[iw] += (double)dy[iy] * x[ix];
            Check(dw);
        }

        public void Dispose()
        {
            X.Dispose();
            W.Dispose();
            Y.Dispose();
            Bias.Dispose();
            result?.Dispose();
        }

        private void Check(double[] expected)
        {
            var actual = result!.ToArray();
            for (var i = 0; i < expected.Length; i++)
                Assert.That(actual[i], Is.EqualTo(expected[i]).Within(5e-5), $"element {i}");
        }

        private IEnumerable<(int X, int W, int Y)> Products()
        {
            var (inputs, outputs) = (shape.C / shape.Groups, shape.K / shape.Groups);
            for (var n = 0; n < shape.N; n++)
            for (var k = 0; k < shape.K; k++)
            for (var p = 0; p < shape.P; p++)
            for (var q = 0; q < shape.Q; q++)
            for (var c = 0; c < inputs; c++)
            for (var r = 0; r < shape.R; r++)
            for (var s = 0; s < shape.S; s++)
            {
                var (row, column) = (p * shape.StrideY - shape.PaddingY + r * shape.DilationY, q * shape.StrideX - shape.PaddingX + s * shape.DilationX);
                if (row < 0 || row >= shape.H || column < 0 || column >= shape.W)
                    continue;
                yield return (
                    ((n * shape.C + k / outputs * inputs + c) * shape.H + row) * shape.W + column,
                    ((k * inputs + c) * shape.R + r) * shape.S + s,
                    ((n * shape.K + k) * shape.P + p) * shape.Q + q);
            }
        }
    }
}
