using ComputeCore.Devices;
using NUnit.Framework;

namespace ComputeCore.Nn.Tests.Training;

public class RecomputationTests
{
    private const int Layers = 8;
    private const int Width = 64;
    private const int Rows = 256;

    [Test]
    public void Gradients_are_the_same_bits_and_take_less_memory()
    {
        var kept = Train(isRecomputed: false);
        var recomputed = Train(isRecomputed: true);
        Assert.That(recomputed.Loss, Is.EqualTo(kept.Loss));
        Assert.That(recomputed.Gradients, Is.EqualTo(kept.Gradients));
        TestContext.Out.WriteLine($"kept {kept.Cost.MemoryBytes:N0} bytes, {kept.Cost.Flops:N0} operations; recomputed {recomputed.Cost.MemoryBytes:N0} bytes, {recomputed.Cost.Flops:N0} operations");
        Assert.That(recomputed.Cost.MemoryBytes, Is.LessThan(kept.Cost.MemoryBytes / 2));
        Assert.That(recomputed.Cost.Flops, Is.InRange(1.1 * kept.Cost.Flops, 1.4 * kept.Cost.Flops));
    }

    private static (byte[] Loss, byte[][] Gradients, FunctionCost Cost) Train(bool isRecomputed)
    {
        using var device = Device.Open("cpu");
        using var random = new RandomGenerator(1);
        (LayerNorm Norm, Linear First, Linear Second)[] blocks = [.. Enumerable.Range(0, Layers).Select(_ =>
            (new LayerNorm([Width]), new Linear(Width, 4 * Width, random), new Linear(4 * Width, Width, random)))];
        Variable[] parameters = [.. blocks.SelectMany(block => new Module[] { block.Norm, block.First, block.Second }).SelectMany(module => module.Parameters()).Select(parameter => parameter.Variable)];
        using var step = new Function(device, inputs =>
        {
            var x = inputs[0];
            foreach (var block in blocks)
            {
                var input = x;
                Tensor Block() => input + block.Second.Forward(block.First.Forward(block.Norm.Forward(input)).Gelu().Dropout(0.3, random)).Dropout(0.1, random);
                x = isRecomputed ? Tensor.Recomputed(Block) : Block();
            }

            var loss = x.Square().Mean();
            return [loss, .. loss.Gradients([.. parameters.Select(parameter => parameter.ToTensor())])];
        });
        var data = random.Normal([Rows, Width], 0, 1);
        var results = step.Run(data);
        return (results[0].Bytes.ToArray(), [.. results.Skip(1).Select(result => result.Bytes.ToArray())], step.Cost(data));
    }
}
