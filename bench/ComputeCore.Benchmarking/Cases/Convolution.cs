using ComputeCore.Graphs;
using ComputeCore.Operations;

namespace ComputeCore.Benchmarking.Cases;

/// <summary>The convolutions of ResNet-50 (He et al., 2016) and MobileNetV2 (Sandler et al., 2018) at batch 8, forward and both gradients, and the max pooling between convolutions.</summary>
internal static class Convolution
{
    private const int Batch = 8;

    // Channels and images that are checked.
    private const int Channels = 2;

    public static IEnumerable<BenchmarkCase> Cases { get; } =
    [
        .. Layer("ResNet-50", 3, 64, 224, kernel: 7, stride: 2),
        .. Layer("ResNet-50", 64, 64, 56, kernel: 1),
        .. Layer("ResNet-50", 64, 64, 56),
        .. Layer("ResNet-50", 64, 256, 56, kernel: 1),
        .. Layer("ResNet-50", 256, 128, 56, kernel: 1),
        .. Layer("ResNet-50", 128, 128, 56, stride: 2),
        .. Layer("ResNet-50", 128, 128, 28),
        .. Layer("ResNet-50", 128, 512, 28, kernel: 1),
        .. Layer("ResNet-50", 512, 1024, 28, kernel: 1, stride: 2),
        .. Layer("ResNet-50", 256, 256, 14),
        .. Layer("ResNet-50", 1024, 256, 14, kernel: 1),
        .. Layer("ResNet-50", 512, 512, 7),
        .. Layer("ResNet-50", 2048, 512, 7, kernel: 1),
        .. Layer("MobileNetV2", 3, 32, 224, stride: 2),
        .. Layer("MobileNetV2", 32, 32, 112, groups: 32),
        .. Layer("MobileNetV2", 96, 96, 112, stride: 2, groups: 96),
        .. Layer("MobileNetV2", 24, 144, 56, kernel: 1),
        .. Layer("MobileNetV2", 144, 144, 56, groups: 144),
        .. Layer("MobileNetV2", 144, 24, 56, kernel: 1),
        .. Layer("MobileNetV2", 384, 384, 14, groups: 384),
        .. Layer("MobileNetV2", 96, 576, 14, kernel: 1),
        .. Layer("MobileNetV2", 960, 960, 7, groups: 960),
        .. Layer("MobileNetV2", 320, 1280, 7, kernel: 1),
        MaxPooling(64, 112, kernel: 3, padding: 1),
        MaxPooling(32, 28, kernel: 2, padding: 0),
    ];

    private static IEnumerable<BenchmarkCase> Layer(string network, int inputs, int outputs, int size, int kernel = 3, int stride = 1, int groups = 1)
    {
        var geometry = new ConvolutionGeometry(stride, kernel / 2, 1, groups);
        var result = (size - 1) / stride + 1;
        var name = $"{network} {inputs}→{outputs} {kernel}x{kernel}{(stride > 1 ? $"/{stride}" : "")} @{size}{(groups > 1 ? " depthwise" : "")}";
        var x = Draw.Uniform([Batch, inputs, size, size], -1, 1);
        var w = Draw.Uniform([outputs, inputs / groups, kernel, kernel], -1, 1);
        var dy = Draw.Uniform([Batch, outputs, result, result], -1, 1);
        var taps = kernel * kernel;

        yield return new OperationCase("conv", $"conv {name}", [x, w], t => [Node.Apply(new Convolution2d(geometry), t[0], t[1])])
        {
            Terms = inputs / groups * taps,
            Probe = groups > 1
                ? new Probe(t => [Image(t[0]), t[1]], y => [Image(y[0])])
                : new Probe(t => [Image(t[0]), Some(t[1], 0)], y => [Some(Image(y[0]), 1)]),
        };
        yield return new OperationCase("conv", $"conv data gradient {name}", [dy, w], t => [Node.Apply(new ConvolutionDataGradient(geometry, [t[0].Shape[0], t[1].Shape[1] * groups, size, size]), t[0], t[1])])
        {
            Terms = outputs / groups * taps,
            Probe = groups > 1
                ? new Probe(t => [Image(t[0]), t[1]], dx => [Image(dx[0])])
                : new Probe(t => [Image(t[0]), Some(t[1], 1)], dx => [Some(Image(dx[0]), 1)]),
        };
        yield return new OperationCase("conv", $"conv weight gradient {name}", [x, dy], t => [Node.Apply(new ConvolutionWeightGradient(geometry, [t[1].Shape[1], t[0].Shape[1] / groups, kernel, kernel]), t[0], t[1])])
        {
            Terms = Batch * result * result,
            Probe = groups > 1 ? null : new Probe(t => [Some(t[0], 1), Some(t[1], 1)], dw => [Some(Some(dw[0], 0), 1)]),
        };
    }

    private static OperationCase MaxPooling(int channels, int size, int kernel, int padding) =>
        new("conv", $"max pool {channels} {kernel}x{kernel}/2 @{size}", [Draw.Uniform([Batch, channels, size, size], -1, 1)], x => [x[0].MaxPool2d(kernel, 2, padding)])
        {
            Probe = new Probe(x => [Image(x[0])], y => [Image(y[0])]),
        };

    private static Tensor Image(Tensor tensor) => tensor.Slice(0, Batch - 1, Batch);

    private static Tensor Some(Tensor tensor, int axis) => tensor.Slice(axis, tensor.Shape[axis] - Channels, tensor.Shape[axis]);
}
