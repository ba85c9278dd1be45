using System.Diagnostics;
using System.Text.Json;
using ComputeCore.Data;

namespace ComputeCore.Benchmarks;

/// <summary>What an epoch of the reference CNN on Fashion-MNIST takes on a device, judged by some steps of it.</summary>
internal static class DeviceEpochBenchmark
{
    private const int WarmUp = 20;

    public static int Run(string deviceName, string data, int steps)
    {
        using var training = new ReferenceTraining(deviceName, FashionMnist.Load(data).Training);
        for (var i = 0; i < WarmUp; i++)
            training.Step();
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < steps; i++)
            training.Step();
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds / steps;
        Console.WriteLine(JsonSerializer.Serialize(new { device = deviceName, steps, millisecondsAStep = 1e3 * seconds, secondsAnEpoch = training.StepsPerEpoch * seconds }));
        return 0;
    }
}
