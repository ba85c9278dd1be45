using System.Diagnostics;
using ComputeCore.Devices;
using ComputeCore.Models;

namespace ComputeCore.Nn.Tests.Training;

/// <summary>
/// This assembly run as a process of its own, which trains for twenty steps and prints what they allocated: the test runner's
/// own threads allocate something every tenth of a second.
/// </summary>
internal static class StepProcess
{
    public const string NothingAllocated = "0 bytes on this thread, 0 bytes on all threads, 0 bytes on the device";

    public static IReadOnlyDictionary<string, Func<RandomGenerator, Sequential>> Models { get; } = new Dictionary<string, Func<RandomGenerator, Sequential>>
    {
        ["small CNN"] = SmallCnn.Create,
        ["MLP with batch normalization"] = random => new Sequential(
            new Flatten(),
            new Linear(28 * 28, 256, random), new BatchNorm2d(256), new Relu(),
            new Linear(256, 128, random), new BatchNorm2d(128), new Gelu(), new Dropout(0.2, random),
            new Linear(128, 10, random)),
        ["deeper CNN"] = random => new Sequential(
            Block(1, 16, random), Block(16, 16, random), new MaxPool2d(2),
            Block(16, 32, random), Block(32, 32, random), new MaxPool2d(2),
            Block(32, 64, random), Block(64, 64, random), new AdaptiveAveragePool2d(1),
            new Flatten(), new Linear(64, 10, random)),
    };

    /// <summary>Runs the process and returns what it printed.</summary>
    public static string Measure(string model)
    {
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet") { RedirectStandardOutput = true };
        start.ArgumentList.Add("exec");
        start.ArgumentList.Add(typeof(StepProcess).Assembly.Location);
        start.ArgumentList.Add(model);
        using var process = Process.Start(start)!;
        return process.StandardOutput.ReadToEnd().TrimEnd();
    }

    public static void Main(string[] arguments)
    {
        using var device = Device.Open("cpu");
        using var random = new RandomGenerator(1);
        var model = Models[arguments[0]](random);
        using var optimizer = new Adam(model.Parameters());
        using var step = Problem.Step(device, model, optimizer);
        var batch = Problem.Batch(32, 28, seed: 1);
        var results = step.Run(batch);
        for (var i = 0; i < 3; i++)
            step.RunInto(batch, results);

        var (own, all, memory) = (GC.GetAllocatedBytesForCurrentThread(), GC.GetTotalAllocatedBytes(precise: true), device.PeakAllocatedBytes);
        for (var i = 0; i < 20; i++)
        {
            optimizer.LearningRate = 1e-3;
            step.RunInto(batch, results);
        }

        all = GC.GetTotalAllocatedBytes(precise: true) - all;
        own = GC.GetAllocatedBytesForCurrentThread() - own;
        Console.WriteLine($"{own} bytes on this thread, {all} bytes on all threads, {device.PeakAllocatedBytes - memory} bytes on the device");
    }

    private static Sequential Block(int inputs, int outputs, RandomGenerator random) =>
        new(new Conv2d(inputs, outputs, 3, random, hasBias: false) { Padding = 1 }, new BatchNorm2d(outputs), new Relu());
}
