using ComputeCore.Devices;
using ComputeCore.Operations;
using NUnit.Framework;

namespace ComputeCore.Tests.Graphs;

/// <summary>What follows a convolution becomes its epilogue, and the results stay those of the graph as it was written.</summary>
public sealed class FusionTests : IDisposable
{
    private const double Tolerance = 2e-5;

    private readonly Device cpu = Device.Open("cpu");
    private readonly Device reference = Device.Open("reference");

    public void Dispose()
    {
        cpu.Dispose();
        reference.Dispose();
    }

    // x, two kernels, and weight, bias, mean and variance of a normalization.
    private static readonly TensorData[] Inputs =
    [
        Draw.Normal([2, 8, 9, 10]).ToData(1),
        Draw.Normal([8, 8, 3, 3]).ToData(2),
        Draw.Normal([8, 8, 1, 1]).ToData(3),
        Draw.Normal([8], mean: 1).ToData(4),
        Draw.Normal([8]).ToData(5),
        Draw.Normal([8]).ToData(6),
        Draw.Uniform([8], 0.5, 2).ToData(7),
    ];

    private static Tensor Three(Tensor[] x) => x[0].Convolution2d(x[1], padding: 1);

    private static Tensor One(Tensor[] x, Tensor? bias = null) => x[0].Convolution2d(x[2], bias);

    private static Tensor Norm(Tensor y, Tensor[] x) => y.BatchNormalizationInference(x[3], x[4], x[5], x[6]);

    [Test]
    public void A_normalization_and_an_activation()
    {
        AssertFused(1, new(true, true, false, Activation.Relu), x => Norm(Three(x), x).Relu());
        AssertFused(1, new(true, true, false, Activation.Relu6), x => Norm(One(x), x).Relu6());
        AssertFused(1, new(true, true), x => Norm(One(x, x[4]), x));
        AssertFused(1, new(false, true, false, Activation.Relu6), x => One(x, x[4]).Relu6());
    }

    [Test]
    public void The_addition_of_a_residual()
    {
        AssertFused(1, new(true, true, true, Activation.Relu), x => (Norm(Three(x), x) + x[0]).Relu());
        AssertFused(1, new(true, true, true), x => x[0] + Norm(One(x), x));
        AssertFused(1, new(false, true, true, Activation.Relu6), x => (One(x, x[4]) + x[0]).Relu6());
        AssertFused(2, new(true, true, true, Activation.Relu), x => (Norm(Three(x), x) + Norm(One(x), x)).Relu());
    }

    [Test]
    public void What_is_needed_elsewhere_stays()
    {
        AssertFused(1, new(true, true), x => Norm(One(x), x) is var y ? y.Relu() + y * y : y);
        AssertFused(1, default, x => One(x) is var y ? Norm(y, x) * y : y);
        AssertFused(2, new(false, false, true), x => Norm(One(x) + Three(x), x).Relu());
    }

    [Test]
    public void Other_additions_and_factors_stay()
    {
        AssertFused(1, default, x => One(x) + x[4].Reshape(1, 8, 1, 1).Slice(1, 0, 1));
        AssertFused(1, default, x => One(x) * x[0] + x[4].Reshape(8, 1, 1));
        AssertFused(1, new(false, false, true), x => One(x) + x[0] + x[0] * 2);
    }

    [Test]
    public void Indices_of_maxima_are_computed_where_a_gradient_needs_them()
    {
        Assert.That(PoolingOf(x => x[0].MaxPool2d(3, 2).Sum()).HasIndices, Is.False);
        Assert.That(PoolingOf(x => x[0].MaxPool2d(3, 2).Sum().Gradients(x[0])[0]).HasIndices, Is.True);

        MaxPool2d PoolingOf(Func<Tensor[], Tensor> network)
        {
            using var function = new Function(cpu, x => [network(x)]);
            return function.For(Inputs).Launches.Select(launch => launch.Node.Operation).OfType<MaxPool2d>().Single();
        }
    }

    private void AssertFused(int convolutions, ConvolutionEpilogue epilogue, Func<Tensor[], Tensor> network)
    {
        using var function = new Function(cpu, x => [network(x)]);
        using var definition = new Function(reference, x => [network(x)]);
        var (actual, expected) = (function.Run(Inputs)[0].ToDoubles(), definition.Run(Inputs)[0].ToDoubles());
        Assert.That(actual, Is.EqualTo(expected).Within(Tolerance * expected.Max(Math.Abs)));

        Convolution2d[] found = [.. function.For(Inputs).Launches.Select(launch => launch.Node.Operation).OfType<Convolution2d>()];
        Assert.That(found, Has.Length.EqualTo(convolutions));
        Assert.That(found[^1].Epilogue, Is.EqualTo(epilogue));
    }
}
