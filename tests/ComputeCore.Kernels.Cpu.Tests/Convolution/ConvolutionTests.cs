using ComputeCore.Kernels.Cpu.Convolution;
using ComputeCore.Kernels.Cpu.Gemm;
using NUnit.Framework;
using static ComputeCore.Kernels.Cpu.Tests.Convolution.ConvolutionCase;

namespace ComputeCore.Kernels.Cpu.Tests.Convolution;

public class ConvolutionTests
{
    // Sums of up to some hundred products of numbers in [-1, 1].
    private const double Tolerance = 1e-5;

    private static readonly Dictionary<string, ConvolutionShape> Shapes = new()
    {
        ["depthwise 3x3"] = Create(3, 5, 14, 14, 5, 3, 3, padding: 1, groups: 5),
        ["depthwise 3x3, odd and wide"] = Create(2, 3, 9, 50, 3, 3, 3, padding: 1, groups: 3),
        ["depthwise 3x3, stride 2"] = Create(2, 4, 15, 33, 4, 3, 3, stride: 2, padding: 1, groups: 4),
        ["depthwise 3x3, stride 3, dilation 2"] = Create(2, 3, 20, 41, 3, 3, 3, stride: 3, padding: 2, dilation: 2, groups: 3),
        ["depthwise 5x5"] = Create(2, 3, 12, 18, 3, 5, 5, padding: 2, groups: 3),
        ["depthwise 7x7, stride 2"] = Create(1, 2, 30, 30, 2, 7, 7, stride: 2, padding: 3, groups: 2),
        ["depthwise 2x4 without padding"] = Create(2, 3, 9, 17, 3, 2, 4, groups: 3),
        ["depthwise with multiplier 3"] = Create(2, 4, 11, 20, 12, 3, 3, padding: 1, groups: 4),
        ["grey image to 32 channels"] = Create(3, 1, 28, 28, 32, 3, 3, padding: 1),
        ["grey image to 7 channels, 5x5"] = Create(20, 1, 28, 28, 7, 5, 5),
        ["grey image to 4 channels, 1x1"] = Create(2, 1, 3, 3, 4, 1, 1),
        ["3x3 of a small network"] = Create(1, 32, 14, 14, 64, 3, 3, padding: 1),
        ["3x3, stride 2"] = Create(2, 16, 15, 20, 24, 3, 3, stride: 2, padding: 1),
        ["3x3, stride 3"] = Create(2, 5, 17, 19, 7, 3, 3, stride: 3, padding: 1),
        ["3x3, dilation 2"] = Create(2, 6, 14, 13, 17, 3, 3, padding: 2, dilation: 2),
        ["3x3, stride 2, dilation 2: phases without taps"] = Create(2, 6, 14, 13, 17, 3, 3, stride: 2, padding: 2, dilation: 2),
        ["3x3, two groups"] = Create(2, 8, 9, 9, 12, 3, 3, padding: 1, groups: 2),
        ["3x3, four groups, stride 2"] = Create(2, 8, 9, 9, 72, 3, 3, stride: 2, padding: 1, groups: 4),
        ["1x1"] = Create(3, 20, 7, 7, 48, 1, 1),
        ["1x1, more than a pass of channels"] = Create(1, 1100, 6, 6, 30, 1, 1),
        ["1x1, more than a chunk of pixels"] = Create(1, 300, 27, 27, 13, 1, 1),
        ["1x1, more channels than pixels"] = Create(2, 40, 5, 5, 300, 1, 1),
        ["1x1, small images, many channels"] = Create(3, 50, 7, 7, 300, 1, 1),
        ["1x1, small images, stride 2"] = Create(5, 20, 13, 13, 130, 1, 1, stride: 2),
        ["1x1, few channels"] = Create(3, 10, 20, 17, 13, 1, 1),
        ["1x1, few channels, more than a chunk of pixels, more chunks than slices"] = Create(9, 7, 41, 40, 6, 1, 1),
        ["1x1, padding"] = Create(1, 5, 6, 6, 7, 1, 1, padding: 1),
        ["1x1, two groups"] = Create(2, 6, 6, 6, 8, 1, 1, groups: 2),
        ["1x1, stride 3, wide"] = Create(1, 20, 7, 70, 16, 1, 1, stride: 3),
        ["depthwise 3x3, narrow, stride 2, no padding"] = Create(2, 3, 7, 8, 3, 3, 3, stride: 2, groups: 3),
        ["depthwise 3x3, two strips and more padding"] = Create(1, 2, 5, 30, 2, 3, 3, padding: 2, groups: 2),
        ["depthwise 3x3, stride 2, three strips"] = Create(3, 2, 12, 75, 2, 3, 3, stride: 2, padding: 1, groups: 2),
        ["depthwise 3x3, stride 2, more padding"] = Create(2, 3, 8, 35, 3, 3, 3, stride: 2, padding: 3, groups: 3),
        ["depthwise 3x3, stride 2, padding at the left"] = Create(2, 2, 9, 34, 2, 3, 3, stride: 2, padding: 1, groups: 2) with { PaddingTop = 0, PaddingLeft = 2 },
        ["1x1, stride 2, wide, an even width"] = Create(2, 20, 6, 70, 16, 1, 1, stride: 2),
        ["1x1, stride 2"] = Create(2, 33, 10, 10, 16, 1, 1, stride: 2),
        ["5x5"] = Create(2, 6, 16, 16, 65, 5, 5, padding: 2),
        ["7x7, stride 2, colour image"] = Create(2, 3, 33, 47, 64, 7, 7, stride: 2, padding: 3),
        ["7x7, stride 2, rows of whole vectors"] = Create(1, 3, 61, 64, 13, 7, 7, stride: 2, padding: 3),
        ["3x3, stride 2, colour image, an odd width"] = Create(2, 3, 20, 63, 32, 3, 3, stride: 2, padding: 1),
        ["3x3, stride 2, colour image, no padding"] = Create(1, 3, 9, 67, 20, 3, 3, stride: 2),
        ["3x5, strides 1 and 2, padding at the left"] = Create(2, 5, 9, 62, 18, 3, 5, stride: 2, padding: 1) with { StrideY = 1, PaddingTop = 2, PaddingLeft = 3, P = 9 },
        ["5x4, stride 3, wide"] = Create(1, 4, 17, 100, 9, 5, 4, stride: 3, padding: 2),
        ["2x2, stride 3: pixels without a tap"] = Create(1, 2, 18, 50, 6, 2, 2, stride: 3),
        ["5x5, stride 2, padding beyond the kernel"] = Create(1, 1, 12, 40, 30, 5, 5, stride: 2, padding: 9),
        ["3x3, stride 3, dilation 2, wide"] = Create(2, 2, 40, 120, 9, 3, 3, stride: 3, padding: 2, dilation: 2),
        ["3x3, colour image, odd width"] = Create(2, 3, 19, 31, 24, 3, 3),
        ["5x3, two colours, padding beyond the kernel"] = Create(1, 2, 30, 26, 12, 5, 3, padding: 6),
        ["1x7 and no padding"] = Create(2, 4, 5, 23, 33, 1, 7),
        ["4x3, even kernel"] = Create(1, 4, 12, 9, 49, 4, 3, padding: 1),
        ["one image in many bands"] = Create(1, 3, 150, 30, 16, 3, 3, padding: 1),
        ["wide rows"] = Create(1, 2, 5, 1100, 8, 3, 3, padding: 1),
        ["one image, many channels"] = Create(1, 70, 7, 7, 200, 3, 3, padding: 1),
        ["many small images"] = Create(67, 4, 5, 6, 20, 3, 3, padding: 1),
        ["many small images, stride 2"] = Create(67, 4, 5, 7, 20, 3, 3, stride: 2, padding: 1),
        ["one pixel"] = Create(2, 40, 1, 1, 80, 1, 1),
        ["more padding than the kernel"] = Create(1, 3, 4, 5, 6, 2, 2, padding: 3),
        ["unused bottom and right"] = Create(1, 3, 11, 12, 6, 2, 2, stride: 5),
        ["Winograd, odd sizes and channels"] = Create(2, 40, 13, 15, 50, 3, 3, padding: 1),
        ["Winograd, more channels than a block, no padding"] = Create(3, 70, 11, 9, 72, 3, 3),
        ["Winograd, fewest channels"] = Create(5, 16, 8, 8, 17, 3, 3, padding: 1),
        ["Winograd, rows of one pixel"] = Create(3, 20, 60, 1, 33, 3, 3, padding: 1),
        ["Winograd, wide rows, padding beyond the kernel"] = Create(1, 16, 6, 250, 18, 3, 3, padding: 4),
        ["Winograd, padding at the left and bottom"] = Create(3, 17, 12, 11, 32, 3, 3, padding: 1) with { PaddingTop = 0, PaddingLeft = 2 },
        ["padding beyond the kernel"] = Create(2, 2, 5, 6, 2, 3, 3, padding: 4, groups: 2),
    };

    private static IEnumerable<string> Names => Shapes.Keys;

    [TestCaseSource(nameof(Names))]
    public void Forward_matches_the_reference(string name)
    {
        var convolution = new ConvolutionCase(Shapes[name]);
        Numbers.AreClose(convolution.Forward(2), convolution.ExpectedForward(), Tolerance);
        foreach (var activation in (Activation[])[Activation.None, Activation.Relu, Activation.Relu6])
            Numbers.AreClose(convolution.Forward(2, activation), convolution.ExpectedForward(activation), Tolerance);
    }

    [TestCaseSource(nameof(Names))]
    public void The_gradient_of_the_input_matches_the_reference(string name)
    {
        var convolution = new ConvolutionCase(Shapes[name]);
        Numbers.AreClose(convolution.BackwardData(2), convolution.ExpectedBackwardData(), Tolerance);
    }

    [TestCaseSource(nameof(Names))]
    public void The_gradient_of_the_weights_matches_the_reference(string name)
    {
        var convolution = new ConvolutionCase(Shapes[name]);
        Numbers.AreClose(convolution.BackwardWeights(2), convolution.ExpectedBackwardWeights(), 1e-4);
    }

    [Test]
    public void Sums_over_many_channels_match_the_reference()
    {
        // Over a thousand products: the tolerance grows with the square root of their number.
        var convolution = new ConvolutionCase(Create(3, 130, 11, 9, 140, 3, 3));
        Numbers.AreClose(convolution.Forward(2), convolution.ExpectedForward(), 2 * Tolerance);
        Numbers.AreClose(convolution.BackwardData(2), convolution.ExpectedBackwardData(), 2 * Tolerance);
        Numbers.AreClose(convolution.BackwardWeights(2), convolution.ExpectedBackwardWeights(), Tolerance);
    }

    [TestCaseSource(nameof(Names))]
    public void Results_are_the_same_bits_for_every_thread_count(string name)
    {
        var convolution = new ConvolutionCase(Shapes[name]);
        var (y, dx, dweights) = (convolution.Forward(1, Activation.Relu), convolution.BackwardData(1), convolution.BackwardWeights(1));
        for (var threads = 2; threads <= 3; threads++)
        {
            Numbers.AreTheSameBits(convolution.Forward(threads, Activation.Relu), y);
            Numbers.AreTheSameBits(convolution.BackwardData(threads), dx);
            Numbers.AreTheSameBits(convolution.BackwardWeights(threads), dweights);
        }
    }

    [TestCaseSource(nameof(Names))]
    public void NaN_and_infinity_reach_exactly_the_outputs_that_see_them(string name)
    {
        var convolution = new ConvolutionCase(Shapes[name]);
        var plane = convolution.Shape.InputPlane;
        convolution.X[plane / 2] = float.NaN;
        convolution.X[^1] = float.PositiveInfinity;
        convolution.X[^(convolution.Shape.W)] = float.NegativeInfinity;
        Numbers.AreClose(convolution.Forward(1), convolution.ExpectedForward(), Tolerance);
        Numbers.AreClose(convolution.Forward(1, Activation.Relu6), convolution.ExpectedForward(Activation.Relu6), Tolerance);
        Numbers.AreClose(convolution.BackwardWeights(1), convolution.ExpectedBackwardWeights(), 1e-4);
        convolution.Dy[convolution.Shape.OutputPlane / 2] = float.NegativeInfinity;
        Numbers.AreClose(convolution.BackwardData(1), convolution.ExpectedBackwardData(), Tolerance);
    }
}
