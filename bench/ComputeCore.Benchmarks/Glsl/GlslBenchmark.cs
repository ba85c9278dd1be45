using System.Text.Json;
using ComputeCore.Devices;
using ComputeCore.Kernels;
using ComputeCore.Vulkan;

namespace ComputeCore.Benchmarks.Glsl;

/// <summary>
/// Kernels of the engine, compiled from C#, next to the same algorithms in GLSL: same tiles, groups, shared memory and loops, on
/// the same buffers, by turns between the device's time stamps.
/// </summary>
internal static class GlslBenchmark
{
    private const int Turns = 41;
    private const double Tolerance = 1e-4;

    /// <summary>Compares.</summary>
    /// <param name="folder">The GLSL's modules; the engine's are written beside them, to be looked at.</param>
    /// <param name="only">A case's name, or null for all.</param>
    public static int Run(string folder, string? only)
    {
        using var device = (VulkanDevice)Device.Open("vulkan:0");
        using var cases = new GlslCases(device);
        foreach (var item in cases.All().Where(item => only is null || item.Name == only))
            Compare(device, item, folder);
        return 0;
    }

    private static void Compare(VulkanDevice device, GlslCase item, string folder)
    {
        var engine = item.Dispatch;
        File.WriteAllBytes(Path.Combine(folder, item.Name + ".engine.spv"), engine.Method.Spirv.ToArray());
        var module = File.ReadAllBytes(Path.Combine(folder, item.Name + ".spv"));
        var glsl = engine with { Method = new KernelMethod(item.Name + ".comp", engine.Method.Parameters, () => engine.Method.Method, () => module) };
        var difference = Results(device, item, engine).Zip(Results(device, item, glsl), (a, b) => Math.Abs(a - b)).Max();
        if (!(difference <= Tolerance))
            throw new InvalidOperationException($"{item.Name}: the results of C# and GLSL are up to {difference} apart.");

        using var set = new DispatchSet(device, [engine, glsl]);
        using var timer = new ProgramTimer(device.Logical, [.. Enumerable.Range(0, 2 * Turns).Select(turn => new[] { set.Dispatches[turn % 2] })]);
        var seconds = new double[2 * Turns];
        timer.Run(seconds);
        var (mine, other) = (Median(seconds.Where((_, i) => i % 2 == 0)), Median(seconds.Where((_, i) => i % 2 == 1)));
        Console.WriteLine(JsonSerializer.Serialize(new
        {
            kernel = item.Name,
            size = item.Size,
            unit = item.Work.Unit,
            engine = Math.Round(item.Work.Amount / mine / 1e9, 3),
            glsl = Math.Round(item.Work.Amount / other / 1e9, 3),
            speedOfGlsl = Math.Round(Median(Enumerable.Range(0, Turns).Select(turn => seconds[2 * turn + 1] / seconds[2 * turn])), 3),
            largestDifference = difference,
        }));
    }

    private static float[] Results(VulkanDevice device, GlslCase item, KernelDispatch dispatch)
    {
        item.Result.Write(new float[item.Result.Length]);
        device.Launch(dispatch);
        return item.Result.ToArray();
    }

    private static double Median(IEnumerable<double> values) => values.Order().ElementAt(Turns / 2);
}
