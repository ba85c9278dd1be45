using System.Diagnostics;
using ComputeCore.Accelerators;
using ComputeCore.Devices;
using ComputeCore.Devices.Cpu;
using ComputeCore.Graphs;
using ComputeCore.Operations;

namespace ComputeCore.Benchmarking;

/// <summary>Measures what a device can do at most: multiply-adds in registers, and copies beyond the caches.</summary>
internal static class Peaks
{
    private const int Probes = 7;
    private const int Items = 1 << 14;
    private const int GroupSize = 64;
    private const int Elements = 16 << 20;
    private const double ProbeSeconds = 0.02;

    /// <summary>Measures a device: the best of a few probes each.</summary>
    /// <exception cref="ArgumentException">The device is the reference, which is a definition and has no speed.</exception>
    public static DevicePeaks Measure(Device device) => new(device.Name, device.Description, FusedMultiplyAdds(device) / 1e9, Copies(device) / 1e9);

    /// <summary>Floating-point operations a second.</summary>
    public static double FusedMultiplyAdds(Device device) => device switch
    {
        CpuDevice cpu => FmaPeak.Measure(cpu.Pool) * 1e9,
        AcceleratorDevice accelerator => OfAccelerator(accelerator),
        _ => throw new ArgumentException($"The device {device.Name} is a definition; it is not made to be measured."),
    };

    // Twice as many steps until a probe is long enough to hide the launch.
    private static double OfAccelerator(AcceleratorDevice device)
    {
        using var sinks = device.AllocateBuffer<float>(Items * PeakKernels.Chains);
        var best = 0.0;
        for (var (steps, probes) = (64, 0); probes < Probes;)
        {
            var start = Stopwatch.GetTimestamp();
            device.Launch(PeakKernels.Dispatch.FusedMultiplyAdds(Items / GroupSize, GroupSize, sinks.View, 0.999f, 0.001f, steps));
            var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            best = Math.Max(best, 2.0 * PeakKernels.Chains * steps * Items / seconds);
            if (seconds < ProbeSeconds && steps < 1 << 24)
                steps *= 2;
            else
                probes++;
        }

        return best;
    }

    // Copies take turns, as the last-level cache would keep a part of one pair of blocks.
    private static double Copies(Device device)
    {
        var copy = new OperationCase("copy", "peak", [Draw.Uniform([Elements], -1, 1)], x => [Node.Apply(new Copy(), x[0])]) { IsCold = true };
        using var prepared = copy.Prepare(device);
        return prepared.Bytes / Enumerable.Range(0, Probes).Min(_ => prepared.Run());
    }
}
