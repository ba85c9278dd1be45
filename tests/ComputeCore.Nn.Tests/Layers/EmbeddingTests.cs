using ComputeCore.Devices;
using NUnit.Framework;

namespace ComputeCore.Nn.Tests.Layers;

public class EmbeddingTests
{
    private static readonly TensorData Spans = TensorData.From([2, 3], 0, 3, 0, 2, 6, 3);

    [Test]
    public void Tokens_become_their_vectors_and_padding_is_not_trained()
    {
        using var device = Device.Open("cpu");
        using var random = new RandomGenerator(1);
        var embedding = new Embedding(5, 3, random, paddingIndex: 0);
        var weight = embedding.Parameters().Single().Variable;
        var rows = weight.Read().ToDoubles();
        using var function = new Function(device, x =>
        {
            var vectors = embedding.Forward(x[0]);
            return [vectors, .. vectors.Sum().Gradients([weight])];
        });
        var results = function.Run(TensorData.From([2, 2], 4, 0, 2, 2));
        Assert.That(results[0].Shape.ToArray(), Is.EqualTo(new[] { 2, 2, 3 }));
        Assert.That(results[0].ToDoubles(), Is.EqualTo(new[] { 4, 0, 2, 2 }.SelectMany(token => rows[(3 * token)..(3 * token + 3)])));
        Assert.That(results[1].ToDoubles(), Is.EqualTo(new double[] { 0, 0, 0, 0, 0, 0, 2, 2, 2, 0, 0, 0, 1, 1, 1 }));
    }

    [Test]
    public void Sinusoidal_positions_are_the_papers_and_count_from_the_first_token_seen()
    {
        using var device = Device.Open("cpu");
        var positions = new SinusoidalPositions(length: 8, width: 4);
        using var function = new Function(device, x => [positions.Forward(3), positions.Forward(3, x[0])]);
        var results = function.Run(Spans);
        double[] expected = [.. Enumerable.Range(0, 3).SelectMany(Vector)];
        Assert.That(results[0].ToDoubles(), Is.EqualTo(expected).Within(1e-7));
        // The second sequence begins at place 2, and place 3 is the first one asked for.
        Assert.That(results[1].ToDoubles(), Is.EqualTo(expected.Concat(Enumerable.Range(1, 3).SelectMany(Vector))).Within(1e-7));

        static double[] Vector(int p) => [Math.Sin(p), Math.Cos(p), Math.Sin(p / 100.0), Math.Cos(p / 100.0)];
    }

    [Test]
    public void Rotary_positions_turn_pairs_of_either_kind_by_angles_that_grow_with_the_position([Values] bool isInterleaved)
    {
        using var device = Device.Open("cpu");
        var positions = new RotaryPositions(length: 8, size: 4) { IsInterleaved = isInterleaved };
        using var function = new Function(device, x => [positions.Forward(3, x[1]).Apply(x[0])]);
        var x = TensorData.From<float>([2, 3, 1, 4], [.. Enumerable.Repeat<float[]>([1, 2, 3, 4], 6).SelectMany(row => row)]);
        var result = function.Run(x, Spans)[0].ToDoubles();
        int[] places = [0, 1, 2, 1, 2, 3];
        Assert.That(result, Is.EqualTo(places.SelectMany(p => Rotated(p, isInterleaved))).Within(1e-6));

        static double[] Rotated(int p, bool isInterleaved)
        {
            double[] x = [1, 2, 3, 4];
            foreach (var (angle, a, b) in isInterleaved ? new[] { ((double)p, 0, 1), (p / 100.0, 2, 3) } : [((double)p, 0, 2), (p / 100.0, 1, 3)])
                (x[a], x[b]) = (x[a] * Math.Cos(angle) - x[b] * Math.Sin(angle), x[b] * Math.Cos(angle) + x[a] * Math.Sin(angle));
            return x;
        }
    }

    [Test]
    public void More_tokens_than_positions_are_refused()
    {
        using var device = Device.Open("cpu");
        var positions = new SinusoidalPositions(length: 8, width: 4);
        using var function = new Function(device, _ => [positions.Forward(9)]);
        Assert.That(() => function.Run(), Throws.InstanceOf<ShapeException>().With.Message.EqualTo("A sequence of 9 tokens is longer than the 8 positions there are."));
    }
}
