using ComputeCore.Devices;
using ComputeCore.Operations;
using NUnit.Framework;

namespace ComputeCore.Tests.Operations;

public class FusedElementwiseTests
{
    [Test]
    public void Fused_nodes_with_equal_instructions_are_equal()
    {
        static FusedElementwise Make(double slope) => new(1, [new(new LeakyRelu(slope), [0]), new(new Add(), [0, 1])], [2]);
        Assert.That(Make(0.1), Is.EqualTo(Make(0.1)));
        Assert.That(Make(0.1).GetHashCode(), Is.EqualTo(Make(0.1).GetHashCode()));
        Assert.That(Make(0.1), Is.Not.EqualTo(Make(0.2)));
    }

    // The truth values of 16 elements take as many bytes as the 4 numbers that every row is compared with.
    [Test]
    public void A_result_does_not_overwrite_an_input_that_broadcasts()
    {
        using var device = Device.Open("cpu");
        using var function = new Function(device, x => [!(x[0] > (x[1] + 1))]);
        var result = function.Run(
            TensorData.From([4, 4], [.. Enumerable.Range(0, 16).Select(i => (float)i)]),
            TensorData.From([4], 4f, 5, 6, 7))[0];
        Assert.That(result.ToDoubles(), Is.EqualTo(Enumerable.Range(0, 16).Select(i => i > i % 4 + 5 ? 0.0 : 1.0)));
    }
}
