using ComputeCore.Devices;

namespace ComputeCore.Benchmarking;

/// <summary>A training step at growing sizes, to see whether time and memory grow as they should.</summary>
/// <param name="Name">What is trained.</param>
/// <param name="Axis">What grows: the batch or the context.</param>
/// <param name="Unit">What a step's time is divided by: images or tokens.</param>
/// <param name="Sizes">The sizes.</param>
/// <param name="Units">How many of the unit a step of some size takes.</param>
/// <param name="Case">The step of some size.</param>
internal sealed record GrowthSeries(string Name, string Axis, string Unit, IReadOnlyList<int> Sizes, Func<int, int> Units, Func<int, ModelCase> Case)
{
    /// <summary>Measures one size.</summary>
    /// <param name="device">Where.</param>
    /// <param name="size">One of <see cref="Sizes"/>.</param>
    /// <param name="seconds">About how long it may take.</param>
    public GrowthPoint Measure(Device device, int size, double seconds)
    {
        using var prepared = Case(size).Prepare(device);
        var timing = StableMedian.Measure(prepared.Run, seconds);
        return new(Name, Axis, size, timing.Seconds * 1e3, timing.Seconds * 1e6 / Units(size), timing.Spread, prepared.MemoryBytes);
    }
}

/// <summary>What a training step of some size takes.</summary>
/// <param name="Series">What is trained.</param>
/// <param name="Axis">What grows.</param>
/// <param name="Size">How large it is.</param>
/// <param name="Milliseconds">The median time of a step.</param>
/// <param name="MicrosecondsAUnit">The same, divided by the step's images or tokens.</param>
/// <param name="Spread">The distance of the quartiles of the times, as a share of the median.</param>
/// <param name="MemoryBytes">Device memory planned for the values between inputs, variables and results.</param>
internal sealed record GrowthPoint(string Series, string Axis, int Size, double Milliseconds, double MicrosecondsAUnit, double Spread, long MemoryBytes);
