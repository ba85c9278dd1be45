using ComputeCore.Devices;
using ComputeCore.Nn;
using NUnit.Framework;

namespace ComputeCore.Models.Tests.Transformers;

/// <summary>No T x T matrix is held, neither forward nor backward: memory grows with the length alone.</summary>
public sealed class MemoryTests
{
    [Test]
    public void A_block_forward_and_backward_needs_memory_linear_in_the_length()
    {
        using var device = Device.Open("cpu");
        using var random = new RandomGenerator(0);
        var layer = new TransformerEncoderLayer(new(64, 2, 128), random);
        using var function = new Function(device, x =>
        {
            var loss = layer.Forward(x[0]).SumOfSquares();
            return loss.Gradients([x[0], .. layer.Parameters().Select(parameter => parameter.Variable.ToTensor())]);
        });
        int[] lengths = [512, 1024, 2048, 4096];
        long[] bytes = [.. lengths.Select(length => function.For([new TensorData(new(ElementType.Float32, [1, length, 64]))]).Plan.ArenaBytes)];
        TestContext.Out.WriteLine(string.Join(", ", lengths.Zip(bytes, (length, arena) => $"T = {length}: {arena:N0} bytes")));
        // Scratch memory grows in steps; one T x T matrix for each head would add 4 KB a token at 512 tokens and 32 KB at 4096.
        double[] perToken = [.. lengths.Zip(bytes, (length, arena) => (double)arena / length)];
        Assert.That(perToken.Max() / perToken.Min(), Is.LessThan(1.15), "memory per token, most to least");
        SmallModels.Release(layer);
    }
}
