using ComputeCore.Devices;
using NUnit.Framework;

namespace ComputeCore.Tests.Graphs;

/// <summary>Small results of nothing but variables are kept from run to run, and computed anew when one of the variables has changed.</summary>
public sealed class KeptResultTests : IDisposable
{
    private readonly Device device = Device.Open("cpu");
    private readonly Variable variance = new("variance", TensorData.From([4], 1f, 2f, 3f, 4f));
    private readonly Variable weight = new("weight", TensorData.From([4], 5f, 6f, 7f, 8f));
    private readonly Function kept;
    private readonly Function given;

    public KeptResultTests()
    {
        kept = new Function(device, x => [Scaled(x[0], variance, weight)]);
        given = new Function(device, x => [Scaled(x[0], x[1], x[2])]);
    }

    public void Dispose()
    {
        kept.Dispose();
        given.Dispose();
        variance.Dispose();
        weight.Dispose();
        device.Dispose();
    }

    [Test]
    public void They_have_variables_as_sources()
    {
        var launches = kept.For([Input(3)]).Launches;
        Assert.That(launches.Where(launch => launch.Sources is not null).SelectMany(launch => launch.Sources!).Distinct(), Is.EquivalentTo(new[] { variance, weight }));
        Assert.That(launches.Any(launch => launch.Sources is null));
        Assert.That(given.For([Input(3), variance.Read(), weight.Read()]).Launches.All(launch => launch.Sources is null));
    }

    [Test]
    public void They_survive_other_runs()
    {
        AssertCurrent();
        AssertCurrent();
        kept.Run(Input(500));
        AssertCurrent();
    }

    [Test]
    public void They_follow_what_is_written()
    {
        AssertCurrent();
        weight.Write(TensorData.From([4], -1f, 2f, -3f, 4f));
        AssertCurrent();
        variance.Write(TensorData.From([4], 9f, 8f, 7f, 6f));
        AssertCurrent();
    }

    [Test]
    public void They_follow_what_another_function_assigns()
    {
        AssertCurrent();
        using var halve = new Function(device, _ =>
        {
            variance.Assign(variance.ToTensor() * 0.5);
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
            var y = Scaled(x[0], variance, weight);
            weight.Assign(weight.ToTensor() * 0.5);
            return [y];
        });
        for (var i = 0; i < 3; i++)
        {
            var expected = given.Run(Input(3), variance.Read(), weight.Read())[0];
            Assert.That(step.Run(Input(3))[0].ToDoubles(), Is.EqualTo(expected.ToDoubles()));
        }
    }

    [Test]
    public void A_large_result_is_computed_in_every_run()
    {
        using var large = new Variable("large", new TensorData(new(ElementType.Float32, [256, 256])));
        using var function = new Function(device, x => [x[0].MatMul(large.ToTensor().Exp())]);
        Assert.That(function.For([new TensorData(new(ElementType.Float32, [256, 256]))]).Launches.All(launch => launch.Sources is null));
    }

    private static TensorData Input(int rows) => TensorData.From([rows, 4], [.. Enumerable.Range(0, 4 * rows).Select(i => (float)i)]);

    private static Tensor Scaled(Tensor x, Tensor variance, Tensor weight)
    {
        var factor = weight / (variance + 1e-5).Sqrt();
        return x.MatMul(factor.Reshape(4, 1));
    }

    private void AssertCurrent()
    {
        var expected = given.Run(Input(3), variance.Read(), weight.Read())[0];
        Assert.That(kept.Run(Input(3))[0].ToDoubles(), Is.EqualTo(expected.ToDoubles()));
    }
}
