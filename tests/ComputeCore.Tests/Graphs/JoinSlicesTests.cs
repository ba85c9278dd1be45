using ComputeCore.Devices;
using ComputeCore.Operations;
using NUnit.Framework;

namespace ComputeCore.Tests.Graphs;

public class JoinSlicesTests
{
    [TestCase(new[] { 0, 2, 5, 6 }, true, TestName = "Gradients of slices that are a whole axis are joined")]
    [TestCase(new[] { 0, 2, 5 }, false, TestName = "Gradients of slices that leave a part out are added up")]
    [TestCase(new[] { 0, 2, 1, 6 }, false, TestName = "Gradients of slices that overlap are added up")]
    public void Gradients_of_slices(int[] bounds, bool isJoined)
    {
        using var device = Device.Open("cpu");
        using var reference = Device.Open("reference");
        using var function = new Function(device, Body);
        using var definition = new Function(reference, Body);
        var x = Draw.Normal([3, 6, 2]).ToData(1);
        Assert.That(function.Run(x)[0].ToDoubles(), Is.EqualTo(definition.Run(x)[0].ToDoubles()).Within(1e-5));
        Assert.That(function.For([x]).Launches.Any(launch => launch.Node.Operation is Concatenate), Is.EqualTo(isJoined));

        // The loss weighs each slice differently, the last one first.
        Tensor[] Body(Tensor[] inputs)
        {
            var loss = Enumerable.Range(0, bounds.Length - 1).Reverse()
                .Select(i => (Start: Math.Min(bounds[i], bounds[i + 1]), End: Math.Max(bounds[i], bounds[i + 1]), Factor: i + 1.5))
                .Select(part => (inputs[0].Slice(1, part.Start, part.End) * part.Factor).SumOfSquares())
                .Aggregate((a, b) => a + b);
            return loss.Gradients(inputs[0]);
        }
    }
}
