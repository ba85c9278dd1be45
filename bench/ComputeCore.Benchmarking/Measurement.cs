using ComputeCore.Devices;

namespace ComputeCore.Benchmarking;

/// <summary>What was measured of a case on a device.</summary>
/// <param name="Name">The case.</param>
/// <param name="Group">Its kind of work.</param>
/// <param name="Device">The device's name.</param>
/// <param name="Milliseconds">The median time of a run.</param>
/// <param name="Gflops">10⁹ floating-point operations a second, counted by definition; 0 for a copy.</param>
/// <param name="Gbps">10⁹ bytes a second, counting each operation's inputs and results once.</param>
/// <param name="PeakFraction">
/// The least time that the device's peaks allow for that work (the longer one of arithmetic and memory), as a share of the time it
/// took. It is above 1 where data stay in caches that are faster than the memory.
/// </param>
/// <param name="Spread">The distance of the quartiles of the times, as a share of the median.</param>
/// <param name="Repeats">How many runs were timed.</param>
/// <param name="Error">The error found before, in units of the tolerance.</param>
internal sealed record Measurement(string Name, string Group, string Device, double Milliseconds, double Gflops, double Gbps, double PeakFraction, double Spread, int Repeats, double Error);

/// <summary>A device as it was when it was measured.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Description">The hardware, in words.</param>
/// <param name="Gflops">The peak of fused multiply-adds, 10⁹ operations a second.</param>
/// <param name="Gbps">What a copy beyond the caches reads and writes, 10⁹ bytes a second.</param>
internal sealed record DevicePeaks(string Name, string Description, double Gflops, double Gbps);

/// <summary>The file that a run of the benchmarks leaves.</summary>
/// <param name="Version">The engine's version.</param>
/// <param name="Devices">The devices and their peaks.</param>
/// <param name="Cases">What was measured.</param>
internal sealed record BenchmarkReport(string Version, IReadOnlyList<DevicePeaks> Devices, IReadOnlyList<Measurement> Cases);

/// <summary>A case that computes something else than its definition.</summary>
internal sealed class WrongResultException(string message) : Exception(message);

/// <summary>Measures cases.</summary>
internal static class Measuring
{
    /// <summary>Checks a case's results, and then times it.</summary>
    /// <param name="benchmark">What.</param>
    /// <param name="device">Where.</param>
    /// <param name="peaks">The device's peaks.</param>
    /// <param name="seconds">About how long it may take.</param>
    /// <exception cref="WrongResultException">The result is wrong; nothing is timed.</exception>
    public static Measurement Measure(BenchmarkCase benchmark, Device device, DevicePeaks peaks, double seconds)
    {
        var deviation = benchmark.Check(device);
        if (!deviation.IsAllowed)
            throw new WrongResultException($"{benchmark.Name} computes something wrong on {device.Name}, and is not timed: {deviation.Message}");
        using var prepared = benchmark.Prepare(device);
        var timing = StableMedian.Measure(prepared.Run, seconds);
        var (gflops, gbps) = (prepared.Flops / timing.Seconds / 1e9, prepared.Bytes / timing.Seconds / 1e9);
        return new(benchmark.Name, benchmark.Group, device.Name, timing.Seconds * 1e3, gflops, gbps, Math.Max(gflops / peaks.Gflops, gbps / peaks.Gbps), timing.Spread, timing.Repeats, deviation.Error);
    }
}
