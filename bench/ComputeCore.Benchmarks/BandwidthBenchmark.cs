using System.Diagnostics;
using System.Globalization;
using ComputeCore.Benchmarking;
using ComputeCore.Benchmarking.Cases;
using ComputeCore.Devices;
using ComputeCore.Graphs;
using ComputeCore.Operations;

namespace ComputeCore.Benchmarks;

/// <summary>
/// The CPU's operations on rows and elements beyond the caches, each next to a copy that moves as many bytes or more. The two take turns, so that
/// both meet the same memory and the same neighbours. Printed are medians; the share is the median of those of the turns, with its quartiles.
/// </summary>
internal static class BandwidthBenchmark
{
    private const double LeastBytes = 48 << 20;

    // Of a copy's source; a smaller one would lie in the last-level cache in part.
    private const int LeastElements = 16 << 20;
    private const double WarmUpSeconds = 1;

    public static int Run(string[] options)
    {
        if (options is not [] and not ["--only", _] and not ["--seconds", _] and not ["--only", _, "--seconds", _])
        {
            Console.Error.WriteLine("Usage: bandwidth [--only TEXT] [--seconds N]");
            return 2;
        }

        var text = options is ["--only", var only, ..] ? only : "";
        var seconds = options is [.., "--seconds", var number] ? double.Parse(number, CultureInfo.InvariantCulture) : 1;
        using var device = Device.Open("cpu");
        Console.WriteLine($"{"",-40}{"ms",9}{"GB/s",9}{"a copy's",11}   share of it");
        foreach (var benchmark in Catalog.Of(["norm", "softmax", "elementwise"]).Where(benchmark => benchmark.Name.Contains(text, StringComparison.Ordinal)))
        {
            using var prepared = benchmark.Prepare(device);
            if (prepared.Bytes >= LeastBytes)
                Compare(device, benchmark.Name, prepared, seconds);
        }

        return 0;
    }

    private static void Compare(Device device, string name, PreparedCase prepared, double seconds)
    {
        using var copy = Copy(Math.Max(LeastElements, (int)(prepared.Bytes / (2 * sizeof(float))))).Prepare(device);
        Turns(prepared, copy, WarmUpSeconds);
        var turns = Turns(prepared, copy, seconds);
        var (own, other) = (Quantile(turns.Select(turn => turn.Own), 0.5), Quantile(turns.Select(turn => turn.Copy), 0.5));
        double Share(double quantile) => Quantile(turns.Select(turn => prepared.Bytes / turn.Own / (copy.Bytes / turn.Copy)), quantile);
        Console.WriteLine(
            $"{name,-40}{1e3 * own,9:F2}{prepared.Bytes / own / 1e9,9:F1}{copy.Bytes / other / 1e9,11:F1}{Share(0.5),8:P0} ({Share(0.25):P0} to {Share(0.75):P0})");
    }

    private static List<(double Own, double Copy)> Turns(PreparedCase prepared, PreparedCase copy, double seconds)
    {
        var turns = new List<(double Own, double Copy)>();
        for (var begin = Stopwatch.GetTimestamp(); turns.Count == 0 || Stopwatch.GetElapsedTime(begin).TotalSeconds < seconds;)
            turns.Add((prepared.Run(), copy.Run()));
        return turns;
    }

    private static OperationCase Copy(int elements) => new("copy", "copy", [Draw.Uniform([elements], -1, 1)], x => [Node.Apply(new Copy(), x[0])]);

    private static double Quantile(IEnumerable<double> values, double share)
    {
        double[] sorted = [.. values.Order()];
        return sorted[(int)Math.Round(share * (sorted.Length - 1))];
    }
}
