namespace ComputeCore.Benchmarks;

/// <summary>A training's losses, step by step, on the CPU and twice on another device.</summary>
internal static class LossAgreement
{
    public static int Run(string deviceName, Func<string, ITraining> start, int steps)
    {
        var losses = new float[steps];
        var (worst, at) = (0.0, 0);
        using (ITraining expected = start("cpu"), training = start(deviceName))
            for (var i = 0; i < steps; i++)
            {
                var loss = expected.Step();
                losses[i] = training.Step();
                var deviation = Math.Abs(losses[i] - loss) / loss;
                Console.WriteLine($"step {i + 1}: {loss:F6} on the CPU, {losses[i]:F6} on {deviceName}, {deviation:E1} relative");
                if (deviation > worst)
                    (worst, at) = (deviation, i + 1);
            }

        using var again = start(deviceName);
        var isSame = Array.TrueForAll(losses, loss => again.Step() == loss);
        Console.WriteLine($"{deviceName}: {steps} steps, losses at most {worst:E1} relative from the CPU's (step {at}); repeated: {(isSame ? "the same bits" : "OTHER BITS")}");
        return isSame && worst <= 1e-3 ? 0 : 1;
    }
}
