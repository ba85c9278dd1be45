using System.Globalization;
using System.Text;
using ComputeCore.Devices;
using ComputeCore.Formats;

namespace ComputeCore.Benchmarks.Comparisons;

/// <summary>Times matrix products and attention on a device, next to cuBLAS where the device is CUDA's, and writes a report.</summary>
internal static class DeviceComparison
{
    /// <summary>Runs of which the best counts; the first ones compile and warm up.</summary>
    public const int Repeats = 10;

    private const int Heads = 12;
    private const int Width = 64;

    /// <summary>Measures and writes the report.</summary>
    /// <param name="name">The device.</param>
    /// <param name="file">Where the report goes, as Markdown.</param>
    /// <param name="largest">The largest matrices' rows; the longest attention has half as many queries.</param>
    /// <returns>The exit code: 1 if there is no such device.</returns>
    public static int Run(string name, string file, int largest)
    {
        try
        {
            using var device = Device.Open(name);
            using var peer = name.StartsWith("cuda", StringComparison.Ordinal) ? new CublasPeer() : null;
            int[] sizes = [largest / 4, largest / 2, largest];
            Comparison[] comparisons =
            [
                .. sizes.Select(size => new Comparison($"product of {size} x {size}", 2.0 * size * size * size, Product(device, size), peer?.Product(size))),
                .. sizes.Select(size => size / 2).Select(length => new Comparison(
                    $"attention, {Heads} heads of {Width}, {length} queries", 4.0 * Heads * length * length * Width, Attention(device, length), peer?.Attention(Heads, length, Width))),
            ];
            AtomicFile.Write(file, stream => stream.Write(Encoding.UTF8.GetBytes(Report(device, comparisons))));
            return 0;
        }
        catch (DeviceException e)
        {
            Console.Error.WriteLine(e.Message);
            return 1;
        }
    }

    /// <summary>The report.</summary>
    public static string Report(Device device, IReadOnlyList<Comparison> comparisons)
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"# {device.Name}\n\n{device.Description}; {DateTime.UtcNow:yyyy-MM-dd HH:mm} UTC; the best of {Repeats} runs.\n");
        text.AppendLine("| what | engine, ms | engine, GFLOP/s | cuBLAS, ms | cuBLAS, GFLOP/s | engine's speed in cuBLAS's |\n|---|---|---|---|---|---|");
        foreach (var (what, flops, seconds, peer) in comparisons)
            text.AppendLine(CultureInfo.InvariantCulture, $"| {what} | {Cells(flops, seconds)} | {(peer is { } time ? Cells(flops, time) : " | ")} | {peer / seconds:F2} |");
        return text.ToString();
    }

    private static string Cells(double flops, double seconds) =>
        string.Create(CultureInfo.InvariantCulture, $"{seconds * 1e3:F3} | {flops / seconds / 1e9:F1}");

    private static double Product(Device device, int size)
    {
        using var random = new RandomGenerator(1);
        return Best(device, x => [x[0].MatMul(x[1])], random.Uniform([size, size], -1, 1), random.Uniform([size, size], -1, 1));
    }

    private static double Attention(Device device, int length)
    {
        using var random = new RandomGenerator(1);
        Shape shape = [1, length, Heads, Width];
        return Best(device, x => [x[0].Attention(x[1], x[2])], random.Uniform(shape, -1, 1), random.Uniform(shape, -1, 1), random.Uniform(shape, -1, 1));
    }

    private static double Best(Device device, Func<Tensor[], Tensor[]> body, params TensorData[] inputs)
    {
        using var function = new Function(device, body);
        var executable = function.For(inputs);
        var best = double.PositiveInfinity;
        for (var i = 0; i < Repeats; i++)
        {
            var seconds = new double[executable.Launches.Count];
            executable.Time(inputs, seconds);
            best = Math.Min(best, seconds.Sum());
        }

        return best;
    }
}
