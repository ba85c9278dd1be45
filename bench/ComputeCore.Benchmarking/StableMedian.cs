using System.Diagnostics;

namespace ComputeCore.Benchmarking;

/// <summary>Repeated timings of one thing.</summary>
/// <param name="Seconds">Their median.</param>
/// <param name="Spread">The distance of the quartiles, as a share of the median.</param>
/// <param name="Repeats">How many there are.</param>
internal readonly record struct Timing(double Seconds, double Spread, int Repeats);

/// <summary>
/// Times until the median is known well: until the 95 % confidence interval of the median, between the order statistics
/// n/2 ± 0.98 √n, lies within 1 % on both sides, after at least eleven repeats, or the time is over.
/// </summary>
internal static class StableMedian
{
    private const int FewestRepeats = 11;
    private const double Precision = 0.01;
    // The runtime compiles a method again when it has been called thirty times and a tenth of a second has passed without new ones, and with
    // its profile once more: after 0.3 s a network of 60 operations still ran 1.2 times as long as after 1 s.
    private const double WarmUpSeconds = 1;
    private const int WarmUpRuns = 3;
    private const double LongRun = 1;

    /// <summary>Warms up and measures.</summary>
    /// <param name="run">Runs once and returns the seconds it took.</param>
    /// <param name="limit">Seconds after which no further run is begun, once there are eleven; three for runs of more than a second.</param>
    public static Timing Measure(Func<double> run, double limit)
    {
        // Compilation, caches, clock rate.
        var begin = Stopwatch.GetTimestamp();
        var longest = 0.0;
        for (var i = 0; (i < WarmUpRuns && longest < LongRun) || Stopwatch.GetElapsedTime(begin).TotalSeconds < WarmUpSeconds; i++)
            longest = run();

        var sorted = new List<double>();
        begin = Stopwatch.GetTimestamp();
        var fewest = longest < LongRun ? FewestRepeats : WarmUpRuns;
        var nextLook = fewest;
        while (true)
        {
            var seconds = run();
            var place = sorted.BinarySearch(seconds);
            sorted.Insert(place < 0 ? ~place : place, seconds);
            if (sorted.Count < nextLook)
                continue;
            if (IsStable(sorted) || Stopwatch.GetElapsedTime(begin).TotalSeconds > limit)
                return new(Quantile(sorted, 0.5), (Quantile(sorted, 0.75) - Quantile(sorted, 0.25)) / Quantile(sorted, 0.5), sorted.Count);
            nextLook = sorted.Count + Math.Max(1, sorted.Count / 10);
        }
    }

    private static bool IsStable(List<double> sorted)
    {
        var median = Quantile(sorted, 0.5);
        var half = 0.98 / Math.Sqrt(sorted.Count);
        return sorted.Count >= FewestRepeats && Quantile(sorted, 0.5 + half) - median <= Precision * median && median - Quantile(sorted, 0.5 - half) <= Precision * median;
    }

    private static double Quantile(List<double> sorted, double share) => sorted[(int)Math.Round(Math.Clamp(share, 0, 1) * (sorted.Count - 1))];
}
