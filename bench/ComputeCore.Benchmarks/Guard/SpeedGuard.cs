using System.Diagnostics;
using System.Runtime.Intrinsics.X86;
using System.Text.Encodings.Web;
using System.Text.Json;
using ComputeCore.Benchmarking;
using ComputeCore.Devices;
using ComputeCore.Graphs;
using ComputeCore.Operations;

namespace ComputeCore.Benchmarks;

/// <summary>
/// Keeps the CPU's hot kernels fast: each one's speed on one thread, as a multiple of a simple kernel's, must be at least half of
/// what was recorded. Kernel and simple kernel take turns, and the best of each counts, since other processes only ever slow them
/// down; what falls short is measured once more.
/// </summary>
internal static class SpeedGuard
{
    private const double LeastShare = 0.5;
    private const int Rounds = 15;
    private const double RoundSeconds = 0.02;

    private static readonly string RecordFile = Path.Combine(AppContext.BaseDirectory, "ratios.json");
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly ConvolutionGeometry Padded = new(1, 1, 1, 1);

    private static readonly OperationCase[] Cases =
    [
        Arithmetic("gemm 512x512x512", [[512, 512], [512, 512]], x => [x[0].MatMul(x[1])]),
        Arithmetic("gemm 64x768x3072 ABᵀ", [[64, 3072], [768, 3072]], x => [x[0].MatMul(x[1], transposeOther: true)]),
        Arithmetic("conv 64→64 3x3 @28", [[2, 64, 28, 28], [64, 64, 3, 3]], x => [Node.Apply(new Convolution2d(Padded), x[0], x[1])]),
        Arithmetic("conv data gradient 64→64 3x3 @28", [[2, 64, 28, 28], [64, 64, 3, 3]], x => [Node.Apply(new ConvolutionDataGradient(Padded, x[0].Shape), x[0], x[1])]),
        Arithmetic("conv weight gradient 64→64 3x3 @28", [[2, 64, 28, 28], [2, 64, 28, 28]], x => [Node.Apply(new ConvolutionWeightGradient(Padded, [64, 64, 3, 3]), x[0], x[1])]),
        Arithmetic("conv 256→64 1x1 @14", [[4, 256, 14, 14], [64, 256, 1, 1]], x => [x[0].Convolution2d(x[1])]),
        Arithmetic("attention 256x256x4x64 causal", [[1, 256, 4, 64], [1, 256, 4, 64], [1, 256, 4, 64]], x => [x[0].Attention(x[1], x[2], new AttentionOptions { IsCausal = true })]),
        Traffic("layer norm 512x768", [[512, 768], [768], [768]], x => [x[0].LayerNormalization(1, x[1], x[2])]),
        Traffic("softmax 512x768", [[512, 768]], x => [x[0].Softmax(1)]),
        Traffic("gelu 512x768", [[512, 768]], x => [x[0].Gelu()]),
        Traffic("add 512x768", [[512, 768], [512, 768]], x => [x[0] + x[1]]),
        Traffic("max pooling 2x2 64x28x28", [[8, 64, 28, 28]], x => [x[0].MaxPool2d(2)]),
    ];

    /// <summary>The kernels' lead over the simple loops depends on it: each set has a record of its own.</summary>
    private static string InstructionSet => Avx512F.IsSupported ? "AVX-512" : Avx2.IsSupported ? "AVX2" : "portable";

    /// <summary>Measures all cases and compares them with what was recorded for the processor's instruction set, or records them.</summary>
    /// <param name="record">The file whose entry for the instruction set is to be written anew; null: compare.</param>
    /// <returns>The exit code: 1 if a kernel is too slow.</returns>
    public static int Run(string? record)
    {
        Environment.SetEnvironmentVariable("COMPUTECORE_THREADS", "1");
        using var device = Device.Open("cpu");
        var records = JsonSerializer.Deserialize<SortedDictionary<string, Dictionary<string, double>>>(File.ReadAllText(record ?? RecordFile))!;
        if (record is null && !records.ContainsKey(InstructionSet))
        {
            Console.WriteLine($"No speeds are recorded for {InstructionSet} processors: nothing is compared.");
            return 0;
        }

        var recorded = record is null ? records[InstructionSet] : [];
        var (ratios, slow) = (new Dictionary<string, double>(), 0);
        var simple = new SimpleKernels();
        foreach (var benchmark in Cases)
        {
            using var prepared = benchmark.Prepare(device);
            var ratio = Ratio(benchmark, prepared, simple);
            var least = recorded.TryGetValue(benchmark.Name, out var usual) ? LeastShare * usual : record is null ? double.PositiveInfinity : 0;
            if (ratio < least)
                ratio = Math.Max(ratio, Ratio(benchmark, prepared, simple));
            ratios[benchmark.Name] = Math.Round(ratio, 3);
            slow += ratio < least ? 1 : 0;
            Console.WriteLine($"{benchmark.Name,-38}{ratio,8:F2} of the simple kernel's speed; recorded {usual:F2}{(ratio < least ? "  TOO SLOW" : "")}");
        }

        if (record is not null)
        {
            records[InstructionSet] = ratios;
            File.WriteAllText(record, JsonSerializer.Serialize(records, Indented) + "\n");
        }

        Console.WriteLine(slow == 0 ? "The hot kernels are as fast as they were." : $"{slow} hot kernels run at less than {LeastShare:P0} of their recorded speed.");
        return slow == 0 ? 0 : 1;
    }

    private static double Ratio(OperationCase benchmark, PreparedCase prepared, SimpleKernels simple)
    {
        var (best, bestSimple) = (0.0, 0.0);
        var isTraffic = benchmark.Group == nameof(Traffic);
        for (var round = 0; round < Rounds; round++)
        {
            best = Math.Max(best, Fastest(() => (isTraffic ? prepared.Bytes : prepared.Flops) / prepared.Run() / 1e9));
            bestSimple = Math.Max(bestSimple, Fastest(isTraffic ? simple.Gbps : simple.Gflops));
        }

        return best / bestSimple;
    }

    private static double Fastest(Func<double> speed)
    {
        var fastest = 0.0;
        for (var start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start).TotalSeconds < RoundSeconds;)
            fastest = Math.Max(fastest, speed());
        return fastest;
    }

    private static OperationCase Arithmetic(string name, Shape[] inputs, Func<Tensor[], Tensor[]> body) => new(nameof(Arithmetic), name, Draws(inputs), body);

    private static OperationCase Traffic(string name, Shape[] inputs, Func<Tensor[], Tensor[]> body) => new(nameof(Traffic), name, Draws(inputs), body);

    private static Draw[] Draws(Shape[] shapes) => [.. shapes.Select(shape => Draw.Uniform(shape, -1, 1))];
}
