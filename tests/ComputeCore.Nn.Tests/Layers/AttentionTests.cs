using ComputeCore.Devices;
using NUnit.Framework;

namespace ComputeCore.Nn.Tests.Layers;

public class AttentionTests
{
    private const int Batch = 2, Queries = 5, Heads = 4, Size = 6;

    [Test]
    public void The_weights_on_request_are_those_by_which_values_are_averaged(
        [Values(1, 2, 4)] int keyHeads, [Values] bool isCausal, [Values] bool hasAlibi, [Values] bool hasSpans)
    {
        using var device = Device.Open("cpu");
        using var random = new RandomGenerator(1);
        var attention = new AttentionHeads(Heads, keyHeads, random) { IsCausal = isCausal, HasAlibi = hasAlibi };
        using var function = new Function(device, x =>
        {
            Tensor? weights = null;
            attention.WeightsObserver = seen => weights = seen;
            var result = attention.Forward(x[0], x[1], x[2], hasSpans ? x[3] : null);
            attention.WeightsObserver = null;
            return [result, weights!];
        });
        var values = random.Normal([Batch, Queries, keyHeads * Size], 0, 1);
        var results = function.Run(
            random.Normal([Batch, Queries, Heads * Size], 0, 1), random.Normal(values.Shape, 0, 1), values, TensorData.From([Batch, 3], 0, 4, 0, 2, 5, 0));

        var (o, w, v) = (results[0].ToDoubles(), results[1].ToDoubles(), values.ToDoubles());
        for (var b = 0; b < Batch; b++)
            for (var h = 0; h < Heads; h++)
                for (var i = 0; i < Queries; i++)
                {
                    var row = w.AsSpan(((b * Heads + h) * Queries + i) * Queries, Queries);
                    var seen = Enumerable.Range(0, Queries).Where(j => (!isCausal || j <= i) && (!hasSpans || (b == 0 ? j < 4 : j >= 2))).ToArray();
                    for (var j = 0; j < Queries; j++)
                        Assert.That(row[j], seen.Contains(j) ? Is.GreaterThan(0) : Is.Zero, $"weight {b}, {h}, {i}, {j}");
                    for (var d = 0; d < Size; d++)
                    {
                        var expected = 0.0;
                        foreach (var j in seen)
                            expected += row[j] * v[(b * Queries + j) * keyHeads * Size + h / (Heads / keyHeads) * Size + d];
                        Assert.That(o[(b * Queries + i) * Heads * Size + h * Size + d], Is.EqualTo(expected).Within(2e-6), $"{b}, {i}, {h}, {d}");
                    }
                }
    }

    [Test]
    public void Slopes_of_linear_biases_are_the_authors()
    {
        Assert.That(Alibi.Slopes(8).ToDoubles(), Is.EqualTo(Enumerable.Range(1, 8).Select(i => Math.Pow(2, -i))));
        Assert.That(Alibi.Slopes(12).ToDoubles()[8..], Is.EqualTo(new[] { 0.5, 1.5, 2.5, 3.5 }.Select(i => (double)(float)Math.Pow(2, -i))));
        Assert.That(Alibi.Slopes(1).ToDoubles(), Is.EqualTo(new[] { Math.Pow(2, -8) }));
    }

    [Test]
    public void Multi_head_attention_has_PyTorchs_parameters_and_narrower_ones_for_shared_key_heads()
    {
        using var random = new RandomGenerator(1);
        Assert.That(Parameters(new MultiHeadAttention(32, 4, random)), Is.EqualTo(new[]
        {
            "in_proj_weight f32[96, 32]", "in_proj_bias f32[96]", "out_proj.weight f32[32, 32]", "out_proj.bias f32[32]",
        }));
        Assert.That(Parameters(new MultiHeadAttention(32, 4, random, keyHeads: 1))[0], Is.EqualTo("in_proj_weight f32[48, 32]"));
        Assert.That(() => new MultiHeadAttention(33, 4, random), Throws.ArgumentException.With.Message.Contains("A width of 33 can't be cut into 4 heads"));
    }

    [Test]
    public void Attention_over_itself_is_cross_attention_with_itself_and_recalls_what_it_remembered()
    {
        using var device = Device.Open("cpu");
        using var random = new RandomGenerator(1);
        var attention = new MultiHeadAttention(24, Heads, random, keyHeads: 2);
        using var cache = new KeyValueCache(layers: 1, Batch, capacity: 7, keyHeads: 2, headSize: 6);
        var spans = TensorData.From([Batch, 3], 0, Queries, 0, 1, Queries, 0);
        var x = random.Normal([Batch, Queries, 24], 0, 1);
        using var remember = new Function(device, inputs =>
        {
            attention.Remember(inputs[0], cache.Layers[0]);
            return [];
        });
        remember.Run(x);
        using var function = new Function(device, inputs =>
            [attention.Forward(inputs[0], inputs[1]), attention.Cross(inputs[0], inputs[0], inputs[1]), attention.Recall(inputs[0], cache.Layers[0], inputs[1])]);
        var results = function.Run(x, spans);
        Assert.That(results[1].ToDoubles(), Is.EqualTo(results[0].ToDoubles()).Within(1e-6));
        Assert.That(results[2].ToDoubles(), Is.EqualTo(results[0].ToDoubles()).Within(1e-6));
    }

    [Test]
    public void Weights_are_dropped_in_training_alone()
    {
        using var device = Device.Open("cpu");
        using var random = new RandomGenerator(1);
        var attention = new MultiHeadAttention(24, Heads, random, dropout: 0.5);
        var x = random.Normal([Batch, Queries, 24], 0, 1);
        using var training = new Function(device, inputs => [attention.Forward(inputs[0])]);
        Assert.That(training.Run(x)[0].ToDoubles(), Is.Not.EqualTo(training.Run(x)[0].ToDoubles()));
        attention.Train(false);
        using var use = new Function(device, inputs => [attention.Forward(inputs[0])]);
        Assert.That(use.Run(x)[0].ToDoubles(), Is.EqualTo(use.Run(x)[0].ToDoubles()));
    }

    private static string[] Parameters(Module module) => [.. module.Parameters().Select(entry => $"{entry.Name} {entry.Variable.Type}")];
}
