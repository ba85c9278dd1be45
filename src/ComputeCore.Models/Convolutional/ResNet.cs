using ComputeCore.Nn;

namespace ComputeCore.Models;

/// <summary>
/// Residual networks (He et al., Deep Residual Learning for Image Recognition, 2016): a convolution 7x7 and a pooling, four
/// stages of residual blocks of 64, 128, 256 and 512 channels, which halve the image from one to the next, and a linear layer on
/// the mean of each channel. Parameters are named as torchvision's: <c>conv1.weight</c>, <c>layer1.0.bn2.running_mean</c>,
/// <c>layer2.0.downsample.0.weight</c>, <c>fc.bias</c>.
/// </summary>
public sealed class ResNet : Layer
{
    private readonly Conv2d convolution;
    private readonly BatchNorm2d norm;
    private readonly MaxPool2d pool = new(3) { Stride = 2, Padding = 1 };
    private readonly Sequential[] stages;
    private readonly Linear classifier;

    private ResNet(int[] blocks, int expansion, int classes, RandomGenerator random, Func<int, int, int, Layer> block)
    {
        convolution = Register("conv1", new Conv2d(3, 64, 7, random, hasBias: false, initializer: Initializers.KaimingNormal) { Stride = 2, Padding = 3 });
        norm = Register("bn1", new BatchNorm2d(64));
        stages = [.. blocks.Select((count, i) => Register($"layer{i + 1}", new Sequential([.. Enumerable.Range(0, count).Select(j => Block(i, j))])))];
        classifier = Register("fc", new Linear(512 * expansion, classes, random));

        // The first block of a stage has the channels of the stage before, and strides into the new one.
        Layer Block(int stage, int index)
        {
            var width = 64 << stage;
            return index > 0 ? block(width * expansion, width, 1) : stage == 0 ? block(64, width, 1) : block(width / 2 * expansion, width, 2);
        }
    }

    /// <summary>18 layers, blocks of two convolutions 3x3: 11,689,512 parameters for 1000 classes.</summary>
    /// <param name="random">Where the initial weights come from.</param>
    /// <param name="classes">The extent of the logits.</param>
    public static ResNet ResNet18(RandomGenerator random, int classes = 1000) =>
        new([2, 2, 2, 2], 1, classes, random, (inputs, width, stride) => new BasicBlock(inputs, width, stride, random));

    /// <summary>50 layers, blocks of convolutions 1x1, 3x3 and 1x1 to four times the channels: 25,557,032 parameters for 1000 classes.</summary>
    /// <param name="random">Where the initial weights come from.</param>
    /// <param name="classes">The extent of the logits.</param>
    public static ResNet ResNet50(RandomGenerator random, int classes = 1000) =>
        new([3, 4, 6, 3], 4, classes, random, (inputs, width, stride) => new BottleneckBlock(inputs, width, stride, random));

    /// <summary>From images f32 [N, 3, H, W], made for 224 x 224, to logits f32 [N, classes].</summary>
    /// <exception cref="ShapeException">The input is no such tensor.</exception>
    public override Tensor Forward(Tensor input)
    {
        var x = pool.Forward(norm.Forward(convolution.Forward(input)).Relu());
        x = stages.Aggregate(x, (y, stage) => stage.Forward(y));
        return classifier.Forward(x.AdaptiveAveragePool2d(1).Flatten());
    }
}
