using ComputeCore.Devices;
using NUnit.Framework;

namespace ComputeCore.Tests.Operations;

[TestFixture("reference")]
[TestFixture("cpu")]
public class CrossEntropyTests(string deviceName)
{
    private static readonly TensorData Logits = TensorData.From([3, 4], 1f, 2, 3, 4, 0, 0, 0, 0, -1, 5, 2, 2);

    [TestCase(4)]
    [TestCase(-1)]
    [TestCase(long.MaxValue)]
    public void A_target_that_is_no_class_is_named_with_the_number_of_classes(long target)
    {
        using var device = Device.Open(deviceName);
        using var function = new Function(device, inputs => [inputs[0].CrossEntropy(inputs[1])]);
        Assert.That(
            () => function.Run(Logits, TensorData.From([3], 0L, target, 1L)),
            Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contain($"{(deviceName == "reference" ? (long)(double)target : target)}").And.Message.Contain("4 classes"));
    }

    [Test]
    public void The_mean_over_no_sample_is_not_a_number_and_has_no_gradient()
    {
        using var device = Device.Open(deviceName);
        using var function = new Function(device, inputs =>
        {
            var loss = inputs[0].CrossEntropy(inputs[1]);
            return [loss, loss.Gradients(inputs[0])[0]];
        });
        var results = function.Run(Logits, TensorData.From([3], -100L, -100L, -100L));
        Assert.That(results[0].Item<float>(), Is.NaN);
        Assert.That(results[1].ToDoubles(), Is.All.Zero);
    }

    [Test]
    public void Targets_of_another_shape_are_named_with_the_logits()
    {
        using var device = Device.Open(deviceName);
        using var function = new Function(device, inputs => [inputs[0].CrossEntropy(inputs[1])]);
        Assert.That(
            () => function.Run(Logits, TensorData.From([2], 0L, 1L)),
            Throws.TypeOf<ShapeException>().With.Message.Contain("f32[3, 4]").And.Message.Contain("i64[2]"));
    }
}
