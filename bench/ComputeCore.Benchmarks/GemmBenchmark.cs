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

    // Several times the last-level cache: weights of a layer among many are read from memory, so runs take turns on copies of B.
    private const long ColdBytes = 256 << 20;
    private const int MostCopies = 64;

    private static readonly Case[] Cases =
    [
        .. new[] { 64, 128, 256, 512, 1024, 2048 }.Select(size => new Case($"{size}x{size}x{size} AB", size, size, size)),
        // The Fashion-MNIST CNN's.
        new("64x128x3136 ABᵀ", 64, 128, 3136, TransposeB: true),
        new("128x3136x64 AᵀB", 128, 3136, 64, TransposeA: true),
        new("64x3136x128 AB", 64, 3136, 128),
        new("64x10x128 ABᵀ", 64, 10, 128, TransposeB: true),
        // GPT-2 small's, on 256 tokens and on few, and its gradients' layouts.
        new("4096x128x128 ABᵀ", 4096, 128, 128, TransposeB: true),
        .. new[] { (2304, 768), (768, 768), (3072, 768), (768, 3072), (50257, 768) }
            .Select(size => new Case($"256x{size.Item1}x{size.Item2} ABᵀ", 256, size.Item1, size.Item2, TransposeB: true, IsCold: true)),
        .. new[] { 1, 4, 16 }.SelectMany(m => new[] { (3072, 768), (768, 3072) }.SelectMany(size => new[]
        {
            new Case($"{m}x{size.Item1}x{size.Item2} ABᵀ", m, size.Item1, size.Item2, TransposeB: true, IsCold: true),
            new Case($"{m}x{size.Item1}x{size.Item2} AB", m, size.Item1, size.Item2, IsCold: true),
        })),
        new("1x50257x768 ABᵀ", 1, 50257, 768, TransposeB: true, IsCold: true),
        new("3072x768x256 AᵀB", 3072, 768, 256, TransposeA: true),
        new("256x768x3072 AB", 256, 768, 3072),
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
        var (_, m, n, k, transposeA, transposeB, isCold) = shape;
        var copies = isCold ? (int)Math.Clamp(ColdBytes / sizeof(float) / ((long)k * n), 1, MostCopies) : 1;
        var a = Allocate((long)m * k);
        var b = Allocate((long)k * n * copies);
        var copy = 0;
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
            RunOpenBlas(arguments with { C = theirs });
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
                    gigaflop / FastestCall(() => Sgemm.Run(pool, Next(ours), (byte*)workspace)),
                    gigaflop / FastestCall(() => RunOpenBlas(Next(theirs))),
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

        GemmArguments Next(float* c)
        {
            copy = (copy + 1) % copies;
            return arguments with { B = b + (nint)copy * k * n, C = c };
        }
    }

    private static void RunOpenBlas(in GemmArguments g) =>
        OpenBlas.Sgemm(g.TransposeA, g.TransposeB, g.M, g.N, g.K, g.A, g.Lda, g.B, g.Ldb, g.C, g.Ldc);

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

    private sealed record Case(string Name, int M, int N, int K, bool TransposeA = false, bool TransposeB = false, bool IsCold = false);

    private sealed record Result(string Name, int Threads, double Ours, double OpenBlas, double Ratio, double Peak);
}
