using ComputeCore.Data;
using ComputeCore.Devices;
using ComputeCore.Models;
using ComputeCore.Nn;

namespace ComputeCore.Benchmarks;

/// <summary>The reference CNN's losses on Fashion-MNIST, step by step, on the CPU and twice on another device.</summary>
internal static class LossAgreement
{
    private const int Batch = 64;

    public static int Run(string deviceName, string data, int steps)
    {
        var (training, _) = FashionMnist.Load(data);
        var expected = Train("cpu", training, steps);
        var losses = Train(deviceName, training, steps);
        var again = Train(deviceName, training, steps);
        var (worst, at) = Enumerable.Range(0, steps).Select(i => (Math.Abs(losses[i] - expected[i]) / expected[i], i + 1)).Max();
        var isSame = losses.AsSpan().SequenceEqual(again);
        Console.WriteLine($"{deviceName}: {steps} steps, losses at most {worst:E1} relative from the CPU's (step {at}); repeated: {(isSame ? "the same bits" : "OTHER BITS")}");
        return isSame && worst <= 1e-3 ? 0 : 1;
    }

    private static float[] Train(string deviceName, ImageClassificationDataset training, int steps)
    {
        using var device = Device.Open(deviceName);
        using var random = new RandomGenerator(1);
        var model = SmallCnn.Create(random);
        using var optimizer = new Adam(model.Parameters());
        using var step = new Function(device, inputs =>
        {
            model.Train();
            var loss = model.Forward(inputs[0]).CrossEntropy(inputs[1]);
            optimizer.Minimize(loss);
            return [loss];
        });
        using var loader = new DataLoader(training, new DataLoaderOptions { BatchSize = Batch, Seed = 1 });
        var losses = new float[steps];
        for (var i = 0; i < steps; i++)
        {
            var batch = loader.Next();
            losses[i] = step.Run(batch.Images, batch.Labels)[0].Item<float>();
        }

        return losses;
    }
}
