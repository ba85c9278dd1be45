using ComputeCore.Devices;
using NUnit.Framework;

namespace ComputeCore.Tests.Graphs;

/// <summary>What a kernel makes of a variable's value is kept from run to run, and made anew when the variable has changed.</summary>
public sealed class PreparationTests : IDisposable
{
    private static readonly TensorData Images = Draw([1, 16, 14, 14], 1);

    private readonly Device device = Device.Open("cpu");
    private readonly Variable winograd = new("winograd", Draw([16, 16, 3, 3], 2));
    private readonly Variable strided = new("strided", Draw([16, 16, 3, 3], 3));
    private readonly Function kept;
    private readonly Function given;

    public PreparationTests()
    {
        kept = new Function(device, x => [Network(x[0], winograd, strided)]);
        given = new Function(device, x => [Network(x[0], x[1], x[2])]);
    }

    public void Dispose()
    {
        kept.Dispose();
        given.Dispose();
        winograd.Dispose();
        strided.Dispose();
        device.Dispose();
    }

    [Test]
    public void It_survives_other_values_of_a_run()
    {
        AssertCurrent();
        AssertCurrent();
    }

    [Test]
    public void It_survives_runs_on_inputs_of_other_shapes()
    {
        AssertCurrent();
        kept.Run(Draw([3, 16, 20, 20], 6));
        AssertCurrent();
    }

    [Test]
    public void It_follows_what_is_written()
    {
        AssertCurrent();
        strided.Write(Draw([16, 16, 3, 3], 4));
        AssertCurrent();
        winograd.Write(Draw([16, 16, 3, 3], 5));
        AssertCurrent();
    }

    [Test]
    public void It_follows_what_another_function_assigns()
    {
        AssertCurrent();
        using var halve = new Function(device, _ =>
        {
            winograd.Assign(winograd.ToTensor() * 0.5);
            return [];
        });
        halve.Run();
        AssertCurrent();
    }

    [Test]
    public void A_function_that_assigns_the_variable_itself_sees_each_of_its_values()
    {
        using var step = new Function(device, x =>
        {
            var y = Network(x[0], winograd, strided);
            winograd.Assign(winograd.ToTensor() * 0.5);
            return [y];
        });
        for (var i = 0; i < 3; i++)
        {
            var expected = given.Run(Images, winograd.Read(), strided.Read())[0];
            Assert.That(step.Run(Images)[0].Bytes.SequenceEqual(expected.Bytes), $"run {i}");
        }
    }

    private static Tensor Network(Tensor x, Tensor first, Tensor second) =>
        x.Convolution2d(first, padding: 1).Relu().Convolution2d(second, stride: 2, padding: 1).Tanh();

    private void AssertCurrent()
    {
        var expected = given.Run(Images, winograd.Read(), strided.Read())[0];
        Assert.That(kept.Run(Images)[0].Bytes.SequenceEqual(expected.Bytes));
    }

    private static TensorData Draw(Shape shape, int seed) => ComputeCore.Operations.Draw.Uniform(shape, -1, 1).ToData(seed);
}
