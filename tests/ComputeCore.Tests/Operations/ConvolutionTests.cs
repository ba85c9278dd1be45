using ComputeCore.Devices;
using ComputeCore.Operations;
using NUnit.Framework;

namespace ComputeCore.Tests.Operations;

public class ConvolutionTests
{
    [Test]
    public void Channels_that_do_not_match_are_named() =>
        AssertRefused([2, 3, 8, 8], [4, 5, 3, 3], (x, w) => x.Convolution2d(w), "3 channels", "takes 5");

    [Test]
    public void Groups_that_do_not_divide_the_channels_are_named() =>
        AssertRefused([2, 4, 8, 8], [5, 2, 3, 3], (x, w) => x.Convolution2d(w, groups: 2), "2 groups", "5 output channels");

    [Test]
    public void A_kernel_that_does_not_fit_is_named() =>
        AssertRefused([2, 3, 4, 8], [4, 3, 5, 3], (x, w) => x.Convolution2d(w), "(5, 3)", "(4, 8)");

    [Test]
    public void A_stride_of_zero_is_named() =>
        AssertRefused([2, 3, 8, 8], [4, 3, 3, 3], (x, w) => x.Convolution2d(w, stride: 0), "stride (0, 0)");

    [Test]
    public void Taps_that_meet_nothing_but_padding_are_left_out()
    {
        var x = Tensor.Constant(new TensorData(new(ElementType.Float32, [2, 3, 1, 6])));
        var w = Tensor.Constant(new TensorData(new(ElementType.Float32, [4, 3, 3, 3])));
        var y = x.Convolution2d(w, padding: 1);
        Assert.That(y.Shape, Is.EqualTo(Shape.Create([2, 4, 1, 6])));
        Assert.That(y.Node.Inputs[1].Shape, Is.EqualTo(Shape.Create([4, 3, 1, 3])));
    }

    [Test]
    public void One_output_per_plane_is_a_matrix_product()
    {
        var x = Tensor.Constant(new TensorData(new(ElementType.Float32, [2, 3, 2, 2])));
        var w = Tensor.Constant(new TensorData(new(ElementType.Float32, [4, 3, 3, 3])));
        var y = x.Convolution2d(w, stride: 2, padding: 1);
        Assert.That(y.Shape, Is.EqualTo(Shape.Create([2, 4, 1, 1])));
        Assert.That(y.Node.Inputs[0].Node.Operation, Is.InstanceOf<MatMul>());
    }

    private static void AssertRefused(Shape x, Shape w, Func<Tensor, Tensor, Tensor> body, params string[] named)
    {
        using var device = Device.Open("reference");
        using var function = new Function(device, inputs => [body(inputs[0], inputs[1])]);
        var data = new TensorData[] { new(new(ElementType.Float32, x)), new(new(ElementType.Float32, w)) };
        var error = Assert.Throws<ShapeException>(() => function.Run(data));
        foreach (var part in (string[])[.. named, $"f32{x}", $"f32{w}"])
            Assert.That(error!.Message, Does.Contain(part));
    }
}
