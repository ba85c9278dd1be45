using ComputeCore.Devices;
using ComputeCore.Operations;
using NUnit.Framework;

namespace ComputeCore.Tests.Graphs;

/// <summary>What is concatenated along its first axis is computed where it will lie in the whole.</summary>
public sealed class JoinedMemoryTests : IDisposable
{
    private readonly Device device = Device.Open("cpu");
    private readonly Device reference = Device.Open("reference");

    public void Dispose()
    {
        device.Dispose();
        reference.Dispose();
    }

    [Test]
    public void The_parts_lie_one_behind_the_other_in_the_whole()
    {
        var launches = Check(x => [Tensor.Concatenate(1, [x[0].Softmax(3), x[1].Softmax(3)])], [1, 16, 4, 4], [1, 32, 4, 4]);
        var whole = launches[^1].Outputs[0].Offset;
        Assert.That(launches[^1].Inputs.Select(input => input.Offset), Is.EqualTo(new[] { whole, whole + 16 * 16 * sizeof(float) }));
    }

    [Test]
    public void A_part_of_a_part_lies_in_the_outermost_whole()
    {
        var launches = Check(
            x => [Tensor.Concatenate(0, [x[0].Softmax(1), Tensor.Concatenate(0, [x[1].Softmax(1), x[2].Softmax(1)])])], [2, 16], [1, 16], [3, 16]);
        var whole = launches[^1].Outputs[0].Offset;
        var inner = launches.Single(launch => launch.Outputs[0].Type.Shape == Shape.Create([4, 16]));
        Assert.That(inner.Outputs[0].Offset, Is.EqualTo(whole + 2 * 16 * sizeof(float)));
        Assert.That(inner.Inputs[1].Offset, Is.EqualTo(whole + 3 * 16 * sizeof(float)));
    }

    [Test]
    public void What_reads_a_part_again_finds_it() => Check(
        x =>
        {
            var (a, b) = (x[0].Softmax(1), x[1].Softmax(1));
            var whole = Tensor.Concatenate(0, [a, b]).Relu();
            return [whole.Softmax(0), a * 2 + whole.Sum(), b.Exp().Softmax(1) + a];
        },
        [2, 16],
        [2, 16]);

    [Test]
    public void The_same_value_may_stand_twice_and_a_reshaped_one_once() => Check(
        x =>
        {
            var a = x[0].Softmax(1);
            return [Tensor.Concatenate(0, [a, a, x[1].Softmax(1).Reshape(2, 16)])];
        },
        [2, 16],
        [4, 8]);

    [Test]
    public void Parts_off_the_cache_line_inputs_and_results_are_copied() => Check(
        x =>
        {
            var a = x[0].Softmax(0);
            return [a, Tensor.Concatenate(0, [a, x[1], x[1].Softmax(0)])];
        },
        [3],
        [5]);

    [Test]
    public void A_part_that_waits_long_does_not_make_the_arena_grow()
    {
        static Tensor[] Skip(Tensor[] x)
        {
            var skip = x[0].Softmax(1);
            var deep = Enumerable.Range(0, 3).Aggregate(skip, (y, _) => y.Softmax(0).Softmax(1));
            var wide = Tensor.Concatenate(1, [deep, deep, deep, deep]).Softmax(0);
            return [Tensor.Concatenate(0, [skip, wide.Slice(1, 0, 64) + deep])];
        }

        Check(Skip, [32, 64]);
    }

    // Compares with the reference, three times, and returns the launches.
    private IReadOnlyList<KernelLaunch> Check(Func<Tensor[], Tensor[]> body, params Shape[] shapes)
    {
        TensorData[] inputs = [.. shapes.Select((shape, i) => Draw.Normal(shape).ToData(i + 1))];
        using var function = new Function(device, body);
        using var definition = new Function(reference, body);
        var expected = definition.Run(inputs);
        for (var run = 0; run < 3; run++)
        {
            var actual = function.Run(inputs);
            for (var i = 0; i < expected.Length; i++)
                Assert.That(actual[i].ToDoubles(), Is.EqualTo(expected[i].ToDoubles()).Within(1e-6), $"result {i}");
        }

        return function.For(inputs).Launches;
    }
}
