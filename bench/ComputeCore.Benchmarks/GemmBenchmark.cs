using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;
using ComputeCore.Benchmarking;
using ComputeCore.Kernels.Cpu.Gemm;
using ComputeCore.Kernels.Cpu.Threading;

namespace ComputeCore.Benchmarks;

/// <summary>
/// The CPU's matrix product next to OpenBLAS in one process. The two take turns, round by round, so that both meet the same
/// clock and the same neighbours. A round's figure is its fastest call, since other processes interrupt the slower ones. Printed
/// are medians over the half of the rounds in which the machine showed the highest peak, and as ratio the median of their ratios.
/// </summary>
internal static unsafe class GemmBenchmark
{
    private const int Rounds = 11;
    private const double RoundSeconds = 0.02;

    // OpenBLAS's workers spin for 2^26 cycles after a call; the next to measure should have the processors for itself.
    private const int SettleMilliseconds = 40;

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    private static readonly Case[] Cases =
    [
        new("512", 512, 512, 512, false, false),
        new("1024", 1024, 1024, 1024, false, false),
        new("2048", 2048, 2048, 2048, false, false),
        new("64x128x3136 ABᵀ", 64, 128, 3136, false, true),
        new("128x3136x64 AᵀB", 128, 3136, 64, true, false),
        new("64x3136x128 AB", 64, 3136, 128, false, false),
        new("768x768x768 ABᵀ", 768, 768, 768, false, true),
        new("4096x128x128 ABᵀ", 4096, 128, 128, false, true),
        new("64x10x128 ABᵀ", 64, 10, 128, false, true),
        new("64x64x64 AB", 64, 64, 64, false, false),
        new("128x128x128 AB", 128, 128, 128, false, false),
        new("1x4096x1024 AB", 1, 4096, 1024, false, false),
        new("1x4096x1024 ABᵀ", 1, 4096, 1024, false, true),
        new("4x4096x1024 ABᵀ", 4, 4096, 1024, false, true),
    ];

    public static int Run(string[] options)
    {
        string? json = null;
        string? only = null;
        for (var i = 0; i < options.Length; i += 2)
        {
            if (i + 1 < options.Length && options[i] == "--json")
            {
                json = options[i + 1];
            }
            else if (i + 1 < options.Length && options[i] == "--only")
            {
                only = options[i + 1];
            }
            else
            {
                Console.Error.WriteLine("Usage: gemm [--only TEXT] [--json FILE]");
                return 2;
            }
        }

        OpenBlas.Load();
        Console.WriteLine(OpenBlas.Configuration);
        Console.WriteLine($"{"",-20}{"threads",8}{"ours",9}{"OpenBLAS",10}{"ratio",8}{"peak",9}   GFLOP/s");
        var results = new List<Result>();
        foreach (var threads in Environment.ProcessorCount == 1 ? (int[])[1] : [1, Environment.ProcessorCount])
        {
            using var pool = new WorkerPool(threads);
            OpenBlas.SetThreads(threads);
            foreach (var shape in Cases.Where(shape => only is null || shape.Name.Contains(only, StringComparison.Ordinal)))
            {
                var result = Measure(pool, shape);
                results.Add(result);
                Console.WriteLine(
                    $"{result.Name,-20}{threads,8}{result.Ours,9:F1}{result.OpenBlas,10:F1}{result.Ratio,8:F3}{result.Peak,9:F1}");
            }
        }

        if (json is not null)
            File.WriteAllText(json, JsonSerializer.Serialize(results, Indented));
        return 0;
    }

    private static Result Measure(WorkerPool pool, Case shape)
    {
        var (_, m, n, k, transposeA, transposeB) = shape;
        var a = Allocate((long)m * k);
        var b = Allocate((long)k * n);
        var ours = Allocate((long)m * n);
        var theirs = Allocate((long)m * n);
        var workspace = Allocate(Sgemm.WorkspaceBytes(pool.Count, m, n, k) / sizeof(float) + 1);
        var arguments = new GemmArguments
        {
            M = m,
            N = n,
            K = k,
            A = a,
            Lda = transposeA ? m : k,
            TransposeA = transposeA,
            B = b,
            Ldb = transposeB ? k : n,
            TransposeB = transposeB,
            C = ours,
            Ldc = n,
        };
        try
        {
            Sgemm.Run(pool, arguments, (byte*)workspace);
            RunOpenBlas(arguments, theirs);
            for (var i = 0; i < m * n; i++)
            {
                if (Math.Abs(ours[i] - theirs[i]) > 1e-4f * Math.Sqrt(k))
                    throw new InvalidOperationException($"{shape.Name}: element {i} is {ours[i]}, OpenBLAS says {theirs[i]}.");
            }

            var gigaflop = 2e-9 * m * n * k;
            var rounds = new (double Ours, double Theirs, double Peak)[Rounds];
            for (var round = 0; round < Rounds; round++)
            {
                rounds[round] = (
                    gigaflop / FastestCall(() => Sgemm.Run(pool, arguments, (byte*)workspace)),
                    gigaflop / FastestCall(() => RunOpenBlas(arguments, theirs)),
                    FmaPeak.Measure(pool));
            }

            var quiet = rounds.OrderByDescending(round => round.Peak).Take(Rounds / 2 + 1).ToArray();
            return new Result(
                shape.Name,
                pool.Count,
                Median(quiet.Select(round => round.Ours)),
                Median(quiet.Select(round => round.Theirs)),
                Median(quiet.Select(round => round.Ours / round.Theirs)),
                Median(quiet.Select(round => round.Peak)));
        }
        finally
        {
            foreach (var pointer in (nint[])[(nint)a, (nint)b, (nint)ours, (nint)theirs, (nint)workspace])
                NativeMemory.AlignedFree((void*)pointer);
        }
    }

    private static void RunOpenBlas(in GemmArguments g, float* c) =>
        OpenBlas.Sgemm(g.TransposeA, g.TransposeB, g.M, g.N, g.K, g.A, g.Lda, g.B, g.Ldb, c, g.Ldc);

    private static double FastestCall(Action action)
    {
        Thread.Sleep(SettleMilliseconds);
        var fastest = double.MaxValue;
        var begin = Stopwatch.GetTimestamp();
        do
        {
            var start = Stopwatch.GetTimestamp();
            action();
            fastest = Math.Min(fastest, Stopwatch.GetElapsedTime(start).TotalSeconds);
        }
        while (Stopwatch.GetElapsedTime(begin).TotalSeconds < RoundSeconds);
        return fastest;
    }

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted[sorted.Length / 2];
    }

    private static float* Allocate(long count)
    {
        var data = (float*)NativeMemory.AlignedAlloc((nuint)count * sizeof(float), 64);
        var random = new Random(1);
        for (var i = 0L; i < count; i++)
            data[i] = (float)random.NextDouble() - 0.5f;
        return data;
    }

    private sealed record Case(string Name, int M, int N, int K, bool TransposeA, bool TransposeB);

    private sealed record Result(string Name, int Threads, double Ours, double OpenBlas, double Ratio, double Peak);
}
