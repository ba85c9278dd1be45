using ComputeCore.Data;

namespace ComputeCore.Benchmarks;

/// <summary>The reference CNN's losses on Fashion-MNIST, step by step, on the CPU and twice on another device.</summary>
internal static class LossAgreement
{
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

    private static float[] Train(string deviceName, ImageClassificationDataset data, int steps)
    {
        using var training = new ReferenceTraining(deviceName, data);
        return [.. Enumerable.Range(0, steps).Select(_ => training.Step())];
    }
}
