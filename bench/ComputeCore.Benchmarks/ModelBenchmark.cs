using System.Diagnostics;
using System.Text.Json;
using ComputeCore.Benchmarking;
using ComputeCore.Benchmarking.Cases;
using ComputeCore.Devices;

namespace ComputeCore.Benchmarks;

/// <summary>One case of 'computecore bench train' or 'infer' in a process of its own, whose memory is that of the model alone.</summary>
internal static class ModelBenchmark
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    public static int Run(string name, double seconds, string json)
    {
        var benchmark = Catalog.Of(["train", "infer"]).Single(known => known.Name == name);
        using var device = Device.Open("cpu");
        using var prepared = benchmark.Prepare(device);
        var timing = StableMedian.Measure(prepared.Run, seconds);
        using var process = Process.GetCurrentProcess();
        var report = new
        {
            cases = new[] { new { name, benchmark.Group, device = device.Name, milliseconds = 1e3 * timing.Seconds, timing.Spread, timing.Repeats, gflops = prepared.Flops / timing.Seconds / 1e9 } },
            peakMemoryBytes = process.PeakWorkingSet64,
        };
        File.WriteAllText(json, JsonSerializer.Serialize(report, Indented));
        return 0;
    }
}
