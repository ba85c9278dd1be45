using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.NoEmit;
using ComputeCore.Benchmarking;
using ComputeCore.Benchmarking.Cases;
using ComputeCore.Devices;

namespace ComputeCore.Benchmarks;

/// <summary>The cases of <c>computecore bench</c> under BenchmarkDotNet, with its statistics, exporters and diagnosers.</summary>
public class CaseBenchmarks : IDisposable
{
    private static string group = "";
    private static string deviceName = "cpu";

    private Device? device;
    private PreparedCase? prepared;

    /// <summary>The cases' names.</summary>
    public static IEnumerable<string> Names => Catalog.Of([group]).Select(benchmark => benchmark.Name);

    /// <summary>The case.</summary>
    [ParamsSource(nameof(Names))]
    public string Case { get; set; } = "";

    /// <summary>Runs a group on a device; further arguments are BenchmarkDotNet's own.</summary>
    public static int Run(string group, string deviceName, string[] options)
    {
        if (!Catalog.Groups.Contains(group))
        {
            Console.Error.WriteLine($"There is no group '{group}'; there are {string.Join(", ", Catalog.Groups)}.");
            return 2;
        }

        (CaseBenchmarks.group, CaseBenchmarks.deviceName) = (group, deviceName);
        // In this process, since the cases are known to it alone.
        var configuration = DefaultConfig.Instance.AddJob(Job.Default.WithToolchain(InProcessNoEmitToolchain.Instance));
        BenchmarkRunner.Run<CaseBenchmarks>(configuration, options);
        return 0;
    }

    [GlobalSetup]
    public void Prepare()
    {
        device = Device.Open(deviceName);
        var benchmark = Catalog.Of([group]).Single(one => one.Name == Case);
        benchmark.Check(device).Require();
        prepared = benchmark.Prepare(device);
    }

    [Benchmark]
    public double Run() => prepared!.Run();

    [GlobalCleanup]
    public void Dispose()
    {
        prepared?.Dispose();
        device?.Dispose();
        GC.SuppressFinalize(this);
    }
}
