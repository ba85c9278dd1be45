using System.Text.Json;
using ComputeCore.Devices;

namespace ComputeCore.Benchmarks;

/// <summary>The matrix product of any device, as the engine runs it: the variant that its autotuner chose, without copies to and from the host.</summary>
internal static class DeviceGemmBenchmark
{
    private const int Repeats = 8;

    public static int Run(string deviceName, int size)
    {
        using var device = Device.Open(deviceName);
        using var random = new RandomGenerator(1);
        TensorData[] inputs = [random.Uniform([size, size], -1, 1), random.Uniform([size, size], -1, 1)];
        using var function = new Function(device, x => [x[0].MatMul(x[1])]);
        var result = function.Run(inputs)[0];
        using var cpu = Device.Open("cpu");
        using var expected = new Function(cpu, x => [x[0].MatMul(x[1])]);
        var difference = result.ToDoubles().Zip(expected.Run(inputs)[0].ToDoubles(), (a, b) => Math.Abs(a - b)).Max();

        var executable = function.For(inputs);
        var best = double.PositiveInfinity;
        for (var i = 0; i < Repeats; i++)
        {
            var seconds = new double[executable.Launches.Count];
            executable.Time(inputs, seconds);
            best = Math.Min(best, seconds.Sum());
        }

        Console.WriteLine(JsonSerializer.Serialize(new { device = deviceName, size, gflops = 2.0 * size * size * size / best / 1e9, largestDifference = difference }));
        return 0;
    }
}
