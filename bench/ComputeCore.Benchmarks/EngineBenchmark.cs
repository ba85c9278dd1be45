using System.Diagnostics;
using System.Globalization;
using ComputeCore.Benchmarking;
using ComputeCore.Devices;
using ComputeCore.Graphs;
using ComputeCore.Models;
using ComputeCore.Nn;
using ComputeCore.Operations;

namespace ComputeCore.Benchmarks;

/// <summary>
/// What the engine itself costs beside its kernels: the run of an operation, the compilation of a training step, and the time from the
/// start of a program to its first step.
/// </summary>
internal static class EngineBenchmark
{
    private const int Operations = 1000;
    private const int Starts = 5;
    private const int Batch = 64;

    public static int Run()
    {
        // In processes of their own: a compilation is timed with cold code, as a user meets it.
        var starts = Children("first-step");
        var compilations = Children("compile-gpt2");
        Report("start of a program to its first training step, Fashion-MNIST CNN", starts, "ms");
        Report("tracing and compiling GPT-2 small's training step, batch 4x64", compilations, "ms");
        Console.WriteLine($"{$"one of {Operations} operations on single elements, kernel included",-68}{1e9 * SecondsAnOperation(),8:F0} ns");
        return 0;
    }

    /// <summary>Prints the milliseconds from the start of this process to the end of its first training step.</summary>
    public static int FirstStep()
    {
        using var device = Device.Open("cpu");
        using var random = new RandomGenerator(1);
        var model = SmallCnn.Create(random);
        using var optimizer = new Adam(model.Parameters());
        using var step = new Function(device, inputs =>
        {
            var loss = model.Forward(inputs[0]).CrossEntropy(inputs[1]);
            optimizer.Minimize(loss);
            return [loss];
        });
        step.Run(new TensorData(new TensorType(ElementType.Float32, [Batch, 1, 28, 28])), new TensorData(new TensorType(ElementType.Int64, [Batch])));
        return Print((DateTime.Now - Process.GetCurrentProcess().StartTime).TotalMilliseconds);
    }

    /// <summary>Prints the milliseconds that tracing and compiling GPT-2 small's training step take, without those for drawing its weights.</summary>
    public static int CompileGpt2()
    {
        using var device = Device.Open("cpu");
        using var random = new RandomGenerator(1);
        var configuration = Gpt2Configuration.Small;
        var start = Stopwatch.GetTimestamp();
        var model = new Gpt2(configuration, random);
        using var optimizer = new AdamW(model.Parameters());
        var graph = Graphs.Trace.Record([new(ElementType.Int64, [4, 64]), new(ElementType.Int64, [4 * 64])], inputs =>
        {
            var loss = model.Forward(inputs[0]).Reshape(4 * 64, configuration.VocabularySize).CrossEntropy(inputs[1]);
            optimizer.Minimize(loss);
            return [loss];
        });
        var tracing = Stopwatch.GetElapsedTime(start);
        // Drawing 124 million weights is no compilation.
        foreach (var node in graph.Nodes)
            if (node.Operation is ReadVariable { Variable: var variable })
                variable.MemoryOn(device);
        using var arena = new Arena(device);
        start = Stopwatch.GetTimestamp();
        using var executable = new Executable(device, graph, arena);
        return Print((tracing + Stopwatch.GetElapsedTime(start)).TotalMilliseconds);
    }

    // A chain of matrix products of single elements: nothing that could be fused, and kernels of a few multiplications.
    private static double SecondsAnOperation()
    {
        using var device = Device.Open("cpu");
        using var function = new Function(device, inputs =>
        {
            var y = inputs[0];
            for (var i = 0; i < Operations; i++)
                y = y.MatMul(inputs[0]);
            return [y];
        });
        TensorData[] inputs = [TensorData.From<float>([1, 1], 1)], results = [TensorData.From<float>([1, 1], 0)];
        return StableMedian.Measure(() =>
        {
            var start = Stopwatch.GetTimestamp();
            function.RunInto(inputs, results);
            return Stopwatch.GetElapsedTime(start).TotalSeconds;
        }, 2).Seconds / Operations;
    }

    private static double[] Children(string verb) => [.. Enumerable.Range(0, Starts).Select(_ => Child(verb)).Order()];

    private static double Child(string verb)
    {
        using var child = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, [typeof(EngineBenchmark).Assembly.Location, verb]) { RedirectStandardOutput = true })!;
        var output = child.StandardOutput.ReadToEnd();
        child.WaitForExit();
        return double.Parse(output, CultureInfo.InvariantCulture);
    }

    private static int Print(double value)
    {
        Console.WriteLine(value.ToString(CultureInfo.InvariantCulture));
        return 0;
    }

    private static void Report(string name, double[] sorted, string unit) =>
        Console.WriteLine($"{name,-68}{sorted[sorted.Length / 2],8:F0} {unit} (median of {sorted.Length}; {sorted[0]:F0} to {sorted[^1]:F0})");
}
