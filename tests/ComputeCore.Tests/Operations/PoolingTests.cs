using ComputeCore.Devices;
using ComputeCore.Operations;
using NUnit.Framework;

namespace ComputeCore.Tests.Operations;

public class PoolingTests
{
    [Test]
    public void Pooling_rectified_values_rectifies_the_pooled_ones_with_the_same_values_and_gradients()
    {
        var x = Draw.Normal([2, 3, 8, 8]).ToData(1);
        var swapped = Run(x, input => input.Relu().MaxPool2d(2));
        var asWritten = Run(x, input => input.Maximum(0).MaxPool2d(2));
        Assert.That(swapped, Is.EqualTo(asWritten));

        using var device = Device.Open("cpu");
        using var function = new Function(device, inputs =>
        {
            Assert.That(inputs[0].Relu().MaxPool2d(2).Node.Operation, Is.TypeOf<Relu>());
            return [inputs[0]];
        });
        function.Run(x);
    }

    [Test]
    public void A_window_that_lies_entirely_in_the_padding_is_refused() =>
        AssertRefused(x => x.MaxPool2d(2, 1, padding: 2), "entirely in the padding");

    [Test]
    public void A_window_larger_than_the_plane_is_refused() =>
        AssertRefused(x => x.AveragePool2d(9), "(9, 9)", "does not fit");

    private static void AssertRefused(Func<Tensor, Tensor> body, params string[] named)
    {
        var error = Assert.Throws<ShapeException>(() => Run(new TensorData(new(ElementType.Float32, [1, 2, 8, 8])), body));
        foreach (var part in (string[])[.. named, "f32[1, 2, 8, 8]"])
            Assert.That(error!.Message, Does.Contain(part));
    }

    private static double[] Run(TensorData x, Func<Tensor, Tensor> body)
    {
        using var device = Device.Open("cpu");
        using var function = new Function(device, inputs =>
        {
            var y = body(inputs[0]);
            return [y, (y * y).Sum().Gradients(inputs[0])[0]];
        });
        return [.. function.Run(x).SelectMany(result => result.ToDoubles())];
    }
}
