using ComputeCore.Nn;

namespace ComputeCore.Models;

/// <summary>
/// MobileNetV2 (Sandler et al., MobileNetV2: Inverted Residuals and Linear Bottlenecks, 2018) of width 1: 3,504,872 parameters for
/// 1000 classes, named as torchvision's: <c>features.0.0.weight</c>, <c>features.2.conv.1.0.weight</c>, <c>classifier.1.bias</c>.
/// </summary>
public sealed class MobileNetV2 : Layer
{
    // The paper's table 2: how many times the channels inside a block, channels of its result, blocks, stride of the first one.
    private static readonly (int Expansion, int Channels, int Blocks, int Stride)[] Stages =
        [(1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1)];

    private const int FirstChannels = 32;
    private const int LastChannels = 1280;

    private readonly Sequential features;
    private readonly Sequential classifier;

    /// <summary>Makes the model.</summary>
    /// <param name="random">Where the initial weights come from, and dropout.</param>
    /// <param name="classes">The extent of the logits.</param>
    /// <param name="dropout">The probability with which a feature is dropped before the last layer, in training.</param>
    public MobileNetV2(RandomGenerator random, int classes = 1000, double dropout = 0.2)
    {
        List<Layer> layers = [InvertedResidual.Step(3, FirstChannels, 3, 2, random)];
        var channels = FirstChannels;
        foreach (var (expansion, outputs, blocks, stride) in Stages)
            for (var i = 0; i < blocks; i++, channels = outputs)
                layers.Add(new InvertedResidual(channels, outputs, i == 0 ? stride : 1, expansion, random));
        layers.Add(InvertedResidual.Step(channels, LastChannels, 1, 1, random));
        features = Register("features", new Sequential([.. layers]));
        classifier = Register("classifier", new Sequential(new Dropout(dropout, random), new Linear(LastChannels, classes, random, initializer: Initializers.Normal(0.01))));
    }

    /// <summary>From images f32 [N, 3, H, W], made for 224 x 224, to logits f32 [N, classes].</summary>
    /// <exception cref="ShapeException">The input is no such tensor.</exception>
    public override Tensor Forward(Tensor input) => classifier.Forward(features.Forward(input).AdaptiveAveragePool2d(1).Flatten());
}

/// <summary>
/// A convolution 1x1 to several times the channels, a depthwise one, and one 1x1 without an activation; the input is added where
/// the shape stays.
/// </summary>
internal sealed class InvertedResidual : Layer
{
    private readonly Sequential convolutions;
    private readonly bool isResidual;

    public InvertedResidual(int inputs, int outputs, int stride, int expansion, RandomGenerator random)
    {
        var hidden = inputs * expansion;
        Layer[] layers =
        [
            Step(hidden, hidden, 3, stride, random, groups: hidden),
            Convolution(hidden, outputs, 1, 1, random),
            new BatchNorm2d(outputs),
        ];
        convolutions = Register("conv", new Sequential(expansion == 1 ? layers : [Step(inputs, hidden, 1, 1, random), .. layers]));
        isResidual = stride == 1 && inputs == outputs;
    }

    public override Tensor Forward(Tensor input) => isResidual ? input + convolutions.Forward(input) : convolutions.Forward(input);

    /// <summary>Convolution, normalization, relu6.</summary>
    public static Sequential Step(int inputs, int outputs, int kernel, int stride, RandomGenerator random, int groups = 1) =>
        new(Convolution(inputs, outputs, kernel, stride, random, groups), new BatchNorm2d(outputs), new Relu6());

    private static Conv2d Convolution(int inputs, int outputs, int kernel, int stride, RandomGenerator random, int groups = 1) =>
        new(inputs, outputs, kernel, random, groups, hasBias: false, initializer: Initializers.KaimingNormal) { Stride = stride, Padding = kernel / 2 };
}
