using ComputeCore.Devices;
using NUnit.Framework;

namespace ComputeCore.Tests.Graphs;

/// <summary>Shape errors are thrown at the line that is wrong, and name the operation and the shapes.</summary>
public class ShapeErrorTests
{
    [Test]
    public void A_matrix_product_whose_inner_extents_differ_names_both_shapes() =>
        AssertFails((a, b) => a.MatMul(b), [2, 3], [4, 5], "MatMul", "f32[2, 3]", "f32[4, 5]", "3 and 4");

    [Test]
    public void Shapes_that_do_not_broadcast_are_named() =>
        AssertFails((a, b) => a + b, [2, 3], [2, 4], "Add", "f32[2, 3]", "f32[2, 4]");

    [Test]
    public void A_reshape_to_another_number_of_elements_is_named() =>
        AssertFails((a, b) => a.Reshape([7]), [2, 3], [1], "Reshape", "6", "7");

    [Test]
    public void A_loss_that_is_no_scalar_is_named() =>
        AssertFails((a, b) => (a * b).Gradients(a)[0], [2, 3], [2, 3], "f32[2, 3]");

    [Test]
    public void A_variable_used_outside_of_a_function_says_what_to_do()
    {
        using var variable = new Variable("weight", TensorData.Scalar(1f));
        Assert.That(() => variable.ToTensor(), Throws.InvalidOperationException.With.Message.Contain("Function"));
    }

    [Test]
    public void An_unknown_device_is_named_with_those_that_exist() =>
        Assert.That(() => Device.Open("gpu:7"), Throws.TypeOf<DeviceException>().With.Message.Contain("'gpu:7'").And.Message.Contain("cpu"));

    private static void AssertFails(Func<Tensor, Tensor, Tensor> body, Shape a, Shape b, params string[] named)
    {
        using var device = Device.Open("reference");
        using var function = new Function(device, inputs => [body(inputs[0], inputs[1])]);
        var data = new TensorData[] { new(new(ElementType.Float32, a)), new(new(ElementType.Float32, b)) };
        var error = Assert.Throws<ShapeException>(() => function.Run(data));
        foreach (var part in named)
            Assert.That(error!.Message, Does.Contain(part));
    }
}
