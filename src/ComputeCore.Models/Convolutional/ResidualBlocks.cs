using ComputeCore.Nn;

namespace ComputeCore.Models;

/// <summary>relu(f(x) + x): what the residual networks' blocks share. Where f changes the shape, x goes through a convolution 1x1.</summary>
internal abstract class ResidualBlock : Layer
{
    private readonly Sequential? downsample;

    private protected ResidualBlock(int inputs, int outputs, int stride, RandomGenerator random)
    {
        if (stride != 1 || inputs != outputs)
            downsample = Register("downsample", new Sequential(Convolution(inputs, outputs, 1, stride, random), new BatchNorm2d(outputs)));
    }

    public override Tensor Forward(Tensor input) => (Residual(input) + (downsample?.Forward(input) ?? input)).Relu();

    private protected abstract Tensor Residual(Tensor input);

    private protected static Conv2d Convolution(int inputs, int outputs, int kernel, int stride, RandomGenerator random) =>
        new(inputs, outputs, kernel, random, hasBias: false, initializer: Initializers.KaimingNormal) { Stride = stride, Padding = kernel / 2 };
}

/// <summary>Two convolutions 3x3.</summary>
internal sealed class BasicBlock : ResidualBlock
{
    private readonly Conv2d convolution1;
    private readonly BatchNorm2d norm1;
    private readonly Conv2d convolution2;
    private readonly BatchNorm2d norm2;

    public BasicBlock(int inputs, int width, int stride, RandomGenerator random)
        : base(inputs, width, stride, random)
    {
        convolution1 = Register("conv1", Convolution(inputs, width, 3, stride, random));
        norm1 = Register("bn1", new BatchNorm2d(width));
        convolution2 = Register("conv2", Convolution(width, width, 3, 1, random));
        norm2 = Register("bn2", new BatchNorm2d(width));
    }

    private protected override Tensor Residual(Tensor input) =>
        norm2.Forward(convolution2.Forward(norm1.Forward(convolution1.Forward(input)).Relu()));
}

/// <summary>
/// Convolutions 1x1 to fewer channels, 3x3, and 1x1 to four times as many. The stride is the second one's, as in torchvision; the
/// paper gives it to the first.
/// </summary>
internal sealed class BottleneckBlock : ResidualBlock
{
    private const int Expansion = 4;

    private readonly Conv2d convolution1;
    private readonly BatchNorm2d norm1;
    private readonly Conv2d convolution2;
    private readonly BatchNorm2d norm2;
    private readonly Conv2d convolution3;
    private readonly BatchNorm2d norm3;

    public BottleneckBlock(int inputs, int width, int stride, RandomGenerator random)
        : base(inputs, Expansion * width, stride, random)
    {
        convolution1 = Register("conv1", Convolution(inputs, width, 1, 1, random));
        norm1 = Register("bn1", new BatchNorm2d(width));
        convolution2 = Register("conv2", Convolution(width, width, 3, stride, random));
        norm2 = Register("bn2", new BatchNorm2d(width));
        convolution3 = Register("conv3", Convolution(width, Expansion * width, 1, 1, random));
        norm3 = Register("bn3", new BatchNorm2d(Expansion * width));
    }

    private protected override Tensor Residual(Tensor input)
    {
        var x = norm1.Forward(convolution1.Forward(input)).Relu();
        x = norm2.Forward(convolution2.Forward(x)).Relu();
        return norm3.Forward(convolution3.Forward(x));
    }
}
