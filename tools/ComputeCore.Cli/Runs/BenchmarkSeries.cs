using ComputeCore.Benchmarking;

namespace ComputeCore.Cli.Runs;

/// <summary>The figures of one device in one benchmark file.</summary>
/// <param name="Name">What tells it from the others: the device, and the file where several have it.</param>
/// <param name="Peaks">The device's peaks.</param>
/// <param name="Cases">The cases by name.</param>
internal sealed record BenchmarkSeries(string Name, DevicePeaks Peaks, IReadOnlyDictionary<string, Measurement> Cases)
{
    /// <summary>The series of the given files, in their order.</summary>
    public static IReadOnlyList<BenchmarkSeries> Of(IReadOnlyList<(string Path, BenchmarkReport Report)> files)
    {
        var several = files.SelectMany(file => file.Report.Devices).GroupBy(device => device.Name).Where(group => group.Count() > 1).Select(group => group.Key).ToHashSet();
        return
        [
            .. from file in files
               from device in file.Report.Devices
               let name = several.Contains(device.Name) ? $"{device.Name}, {Path.GetFileNameWithoutExtension(file.Path)}" : device.Name
               select new BenchmarkSeries(name, device, file.Report.Cases.Where(measured => measured.Device == device.Name).ToDictionary(measured => measured.Name)),
        ];
    }

    /// <summary>The cases that compute something, as points of a roofline plot: FLOPs a byte and GFLOP/s.</summary>
    public IEnumerable<(Measurement Case, double Intensity)> Points() =>
        Cases.Values.Where(measured => measured is { Gflops: > 0, Gbps: > 0 }).Select(measured => (measured, measured.Gflops / measured.Gbps));
}
