using System.Globalization;

namespace ComputeCore.Vulkan.Tests;

/// <summary>Some work whose result is known.</summary>
internal static class Workload
{
    private const int Length = 100_000;
    private const int Steps = 50;

    /// <summary>Runs it on a device of its own.</summary>
    /// <returns>The result, which depends on the seed only.</returns>
    public static string Run(int seed)
    {
        using var device = TestDevice.Open(TestDevice.Options with { Validate = false });
        using var buffer = device.Buffer([.. Enumerable.Repeat((float)seed, Length)]);
        using var program = device.Program(Kernels.Advance.Over(1, buffer.View));
        for (var i = 0; i < Steps; i++)
            program.Run();
        return buffer.ToArray().Distinct().Single().ToString("r", CultureInfo.InvariantCulture);
    }

    /// <summary>What it must come to.</summary>
    public static string Expected(int seed) => $"{seed + Steps}";
}
