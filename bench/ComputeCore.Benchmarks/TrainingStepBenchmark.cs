using System.Diagnostics;
using ComputeCore.Devices;
using ComputeCore.Kernels.Cpu.Threading;
using ComputeCore.Models;
using ComputeCore.Nn;

namespace ComputeCore.Benchmarks;

/// <summary>One training step of the reference CNN at batch 64 on any device, operation by operation, next to the machine's FMA peak.</summary>
internal static class TrainingStepBenchmark
{
    private const int Batch = 64;
    private const int Rounds = 15;

    // Of warming up, and of each round.
    private const double Seconds = 0.3;

    public static int Run(string deviceName)
    {
        using var device = Device.Open(deviceName);
        using var random = new RandomGenerator(1);
        var model = SmallCnn.Create(random);
        using var optimizer = new Adam(model.Parameters());
        using var function = new Function(device, batch =>
        {
            var loss = model.Forward(batch[0]).CrossEntropy(batch[1]);
            optimizer.Minimize(loss);
            return [loss];
        });

        TensorData[] inputs = [random.Uniform([Batch, 1, 28, 28], 0, 1), TensorData.From([Batch], [.. Enumerable.Range(0, Batch).Select(i => (long)(i % 10))])];
        TensorData[] results = [TensorData.Scalar(0f)];
        var executable = function.For(inputs);
        var flops = executable.Launches.Sum(Flops);
        var warmUp = Stopwatch.GetTimestamp();
        var stepsPerRound = 0;
        for (; Stopwatch.GetElapsedTime(warmUp).TotalSeconds < Seconds; stepsPerRound++)
            function.RunInto(inputs, results);

        var times = new double[executable.Launches.Count];
        var steps = new List<double>();
        using var pool = new WorkerPool(Environment.ProcessorCount);
        var peak = 0.0;
        for (var round = 0; round < Rounds; round++)
        {
            peak = Math.Max(peak, FmaPeak.Measure(pool));
            var start = Stopwatch.GetTimestamp();
            for (var i = 0; i < stepsPerRound; i++)
                function.RunInto(inputs, results);
            steps.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds / stepsPerRound);
            executable.Time(inputs, times);
        }

        steps.Sort();
        var median = steps[steps.Count / 2];
        Console.WriteLine($"FMA peak {peak:F0} GFLOP/s; {flops / 1e9:F2} GFLOP a step; arena {executable.Plan.ArenaBytes / 1e6:F1} MB");
        Console.WriteLine($"step: median {median:F2} ms, best {steps[0]:F2} ms: {flops / median / 1e6:F0} GFLOP/s, {flops / median / 1e6 / peak:P0} of the peak");
        for (var i = 0; i < times.Length; i++)
        {
            var launch = executable.Launches[i];
            var milliseconds = times[i] / Rounds * 1e3;
            Console.WriteLine($"{milliseconds,8:F3} ms {Flops(launch) / milliseconds / 1e6,6:F0} GFLOP/s  {launch.Node.Operation.Name,-32} {string.Join(", ", launch.Node.Inputs.Take(3).Select(input => input.Type))}");
        }

        return 0;
    }

    private static double Flops(KernelLaunch launch) => launch.Node.Operation.Flops(
        [.. launch.Node.Inputs.Select(input => input.Type)], [.. launch.Node.Outputs.Select(output => output.Type)]);
}
