using ComputeCore.Nn;

namespace ComputeCore.Models;

/// <summary>
/// SqueezeNet 1.1 (Iandola et al., SqueezeNet: AlexNet-level accuracy with 50x fewer parameters, 2016; version 1.1 of its authors
/// computes 2.4 times less): 1,235,496 parameters for 1000 classes, named as torchvision's: <c>features.0.weight</c>,
/// <c>features.3.squeeze.weight</c>, <c>features.3.expand1x1.bias</c>, <c>classifier.1.weight</c>.
/// </summary>
public sealed class SqueezeNet : Layer
{
    private const int LastChannels = 512;

    private readonly Sequential features;
    private readonly Sequential classifier;

    /// <summary>Makes the model.</summary>
    /// <param name="random">Where the initial weights come from, and dropout.</param>
    /// <param name="classes">The extent of the logits.</param>
    /// <param name="dropout">The probability with which a feature is dropped before the last layer, in training.</param>
    public SqueezeNet(RandomGenerator random, int classes = 1000, double dropout = 0.5)
    {
        features = Register("features", new Sequential(
            new Conv2d(3, 64, 3, random, initializer: Initializers.KaimingUniform) { Stride = 2 },
            new Relu(),
            Pool(),
            new Fire(64, 16, 64, random),
            new Fire(128, 16, 64, random),
            Pool(),
            new Fire(128, 32, 128, random),
            new Fire(256, 32, 128, random),
            Pool(),
            new Fire(256, 48, 192, random),
            new Fire(384, 48, 192, random),
            new Fire(384, 64, 256, random),
            new Fire(512, 64, 256, random)));
        classifier = Register("classifier", new Sequential(
            new Dropout(dropout, random),
            new Conv2d(LastChannels, classes, 1, random, initializer: Initializers.Normal(0.01)),
            new Relu(),
            new AdaptiveAveragePool2d(1),
            new Flatten()));
    }

    /// <summary>From images f32 [N, 3, H, W], made for 224 x 224, to logits f32 [N, classes].</summary>
    /// <exception cref="ShapeException">The input is no such tensor.</exception>
    public override Tensor Forward(Tensor input) => classifier.Forward(features.Forward(input));

    private static MaxPool2d Pool() => new(3) { Stride = 2, CeilMode = true };
}

/// <summary>A convolution 1x1 to few channels, and of these one 1x1 and one 3x3 side by side, each followed by relu.</summary>
internal sealed class Fire : Layer
{
    private readonly Conv2d squeeze;
    private readonly Conv2d expand1x1;
    private readonly Conv2d expand3x3;

    public Fire(int inputs, int squeezed, int expanded, RandomGenerator random)
    {
        squeeze = Register("squeeze", Convolution(inputs, squeezed, 1, random));
        expand1x1 = Register("expand1x1", Convolution(squeezed, expanded, 1, random));
        expand3x3 = Register("expand3x3", Convolution(squeezed, expanded, 3, random));
    }

    public override Tensor Forward(Tensor input)
    {
        var x = squeeze.Forward(input).Relu();
        return Tensor.Concatenate(1, expand1x1.Forward(x).Relu(), expand3x3.Forward(x).Relu());
    }

    private static Conv2d Convolution(int inputs, int outputs, int kernel, RandomGenerator random) =>
        new(inputs, outputs, kernel, random, initializer: Initializers.KaimingUniform) { Padding = kernel / 2 };
}
