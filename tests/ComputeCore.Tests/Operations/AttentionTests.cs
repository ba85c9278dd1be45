using ComputeCore.Devices;
using NUnit.Framework;

namespace ComputeCore.Tests.Operations;

public class AttentionTests
{
    // Queries, keys, values, output and the four gradients take 8 times the memory of the queries; workspaces are what is left.
    [Test]
    public void Memory_of_attention_and_its_gradient_grows_in_proportion_to_the_length()
    {
        var bytes = Array.ConvertAll((int[])[512, 1024, 2048, 4096], Arena);
        TestContext.Out.WriteLine(string.Join(", ", bytes.Select(b => $"{b:N0}")));
        for (var i = 1; i < bytes.Length; i++)
            Assert.That(bytes[i], Is.InRange(1.5 * bytes[i - 1], 2.0 * bytes[i - 1]));

        static long Arena(int length)
        {
            using var device = Device.Open("cpu");
            using var function = new Function(device, x => x[0].Attention(x[1], x[2], new() { IsCausal = true }).Square().Sum().Gradients(x));
            var data = new TensorData(new(ElementType.Float32, [1, length, 4, 64]));
            return function.For([data, data, data]).Plan.ArenaBytes;
        }
    }

    [Test]
    public void A_cache_that_is_a_variable_is_written_in_place()
    {
        using var device = Device.Open("cpu");
        using var cache = new Variable("cache", TensorData.From([1, 4, 2], 1f, 2, 3, 4, 5, 6, 7, 8));
        using var function = new Function(device, x =>
        {
            Tensor old = cache;
            var written = old.WriteRows(x[0], x[1]);
            cache.Assign(written);
            return [written.Sum()];
        });
        TensorData[] inputs = [TensorData.From([1, 1, 2], -1f, -2), TensorData.From([1], 2)];
        Assert.That(function.Run(inputs)[0].Item<float>(), Is.EqualTo(1 + 2 + 3 + 4 - 1 - 2 + 7 + 8));
        Assert.That(cache.Read().ToDoubles(), Is.EqualTo((double[])[1, 2, 3, 4, -1, -2, 7, 8]));
        var launch = function.For(inputs).Launches.Single(launch => launch.Node.Operation is ComputeCore.Operations.WriteRows);
        Assert.That(launch.Outputs[0].Memory, Is.SameAs(launch.Inputs[0].Memory));
    }

    [TestCase("1 3 4 8", "1 5 3 8", "4 query heads", "3 key heads")]
    [TestCase("1 3 4 8", "2 5 4 8", "f32[1, 3, 4, 8]", "[1, length, heads, 8]")]
    [TestCase("1 3 4 8", "1 5 4 9", "f32[1, 5, 4, 9]", "[1, length, heads, 8]")]
    [TestCase("1 3 4 300", "1 5 4 300", "300 wide", "1 to 256")]
    [TestCase("3 4 8", "1 5 4 8", "f32[3, 4, 8]", "[batch, length, heads, width]")]
    public void Shapes_that_do_not_match_are_named(string queries, string keys, params string[] named)
    {
        using var device = Device.Open("reference");
        using var function = new Function(device, x => [x[0].Attention(x[1], x[1])]);
        var error = Assert.Throws<ShapeException>(() => function.Run(Zeros(queries), Zeros(keys)));
        foreach (var part in named)
            Assert.That(error!.Message, Does.Contain(part));
    }

    [Test]
    public void Dropout_without_a_generator_is_refused()
    {
        using var device = Device.Open("reference");
        using var function = new Function(device, x => [x[0].Attention(x[0], x[0], new() { Dropout = 0.1 })]);
        Assert.That(() => function.Run(Zeros("1 2 1 4")), Throws.ArgumentException.With.Message.Contain("generator"));
    }

    private static TensorData Zeros(string shape) => new(new(ElementType.Float32, Shape.Create(Array.ConvertAll(shape.Split(' '), int.Parse))));
}
