using ComputeCore.Benchmarking;
using ComputeCore.Kernels.Cpu.Attention;
using ComputeCore.Kernels.Cpu.Simd;
using ComputeCore.Kernels.Cpu.Threading;

namespace ComputeCore.Benchmarks;

/// <summary>The CPU's attention and its gradient next to the processor's limit for multiply-adds, and decoding next to that of memory.</summary>
internal static unsafe class AttentionBenchmark
{
    private static readonly AttentionShape[] Trainings =
    [
        Shape(12, 64, 64, 4, 4, 32, true),
        .. from length in (int[])[256, 512, 1024, 2048]
           from isCausal in (bool[])[false, true]
           select Shape(1, length, length, 12, 12, 64, isCausal),
        Shape(1, 1024, 1024, 8, 2, 128, true),
    ];

    private static readonly AttentionShape[] Decodings =
        [Shape(1, 1, 1024, 12, 12, 64, true), Shape(8, 1, 2048, 12, 12, 64, true), Shape(1, 1, 16384, 32, 8, 128, true), Shape(1, 4, 4096, 12, 12, 64, true)];

    public static int Run(string[] options)
    {
        if (options is not [] and not ["--only", _])
        {
            Console.Error.WriteLine("Usage: attention [--only TEXT]");
            return 2;
        }

        bool IsWanted(AttentionShape shape) => options is not [_, var text] || Name(shape).Contains(text, StringComparison.Ordinal);
        foreach (var threads in Environment.ProcessorCount == 1 ? (int[])[1] : [1, Environment.ProcessorCount])
        {
            using var pool = new WorkerPool(threads);
            Console.WriteLine($"{threads + " threads",-32}{"forward",9}{"backward",9}{"peak",9}   GFLOP/s{"forward",9}{"backward",9} of it");
            foreach (var shape in Trainings.Where(IsWanted))
                Train(pool, shape);
            Console.WriteLine($"{"decoding",-32}{"forward",9}{"reading",9}   GB/s{"forward",12} of it");
            foreach (var shape in Decodings.Where(IsWanted))
                Decode(pool, shape);
        }

        return 0;
    }

    private static void Train(WorkerPool pool, AttentionShape shape)
    {
        var (queries, keys) = ((long)shape.Batch * shape.Queries * shape.QueryStride, (long)shape.Batch * shape.Keys * shape.KeyStride);
        var (q, k, v) = (new Floats(queries), new Floats(keys), new Floats(keys));
        var (y, dy, dq, dk, dv) = (new Floats(queries), new Floats(queries), new Floats(queries), new Floats(keys), new Floats(keys));
        var logSumExp = new Floats((long)shape.Batch * shape.Heads * shape.Queries);
        var workspace = new Floats(Math.Max(FlashAttention.WorkspaceBytes(pool.Count, shape), FlashAttentionGradient.WorkspaceBytes(pool.Count, shape)) / sizeof(float));
        var inputs = new AttentionInputs { Queries = q.Data, Keys = k.Data, Values = v.Data };
        var gradients = new AttentionGradients
        {
            Output = dy.Data, Result = y.Data, LogSumExp = logSumExp.Data, Queries = dq.Data, Keys = dk.Data, Values = dv.Data,
        };
        var times = Timing.Medians(
            () => FlashAttention.Run(pool, shape, inputs, y.Data, logSumExp.Data, (byte*)workspace.Data),
            () => FlashAttentionGradient.Run(pool, shape, inputs, gradients, (byte*)workspace.Data),
            () => FmaPeak.RunOnce(pool));
        var product = 2e-9 * queries * shape.Keys * (shape.IsCausal ? 0.5 : 1);
        var (forward, backward, peak) = (2 * product / times[0], 5 * product / times[1], FmaPeak.Gigaflops(pool) / times[2]);
        Console.WriteLine($"{Name(shape),-32}{forward,9:F1}{backward,9:F1}{peak,9:F1}{forward / peak,19:P0}{backward / peak,9:P0}");
        foreach (var floats in (Floats[])[q, k, v, y, dy, dq, dk, dv, logSumExp, workspace])
            floats.Dispose();
    }

    private static void Decode(WorkerPool pool, AttentionShape shape)
    {
        var (queries, keys) = ((long)shape.Batch * shape.Queries * shape.QueryStride, (long)shape.Batch * shape.Keys * shape.KeyStride);
        var (q, k, v, y, logSumExp) = (new Floats(queries), new Floats(keys), new Floats(keys), new Floats(queries), new Floats(queries));
        var workspace = new Floats(FlashAttention.WorkspaceBytes(pool.Count, shape) / sizeof(float));
        var inputs = new AttentionInputs { Queries = q.Data, Keys = k.Data, Values = v.Data };
        var times = Timing.Medians(
            () => FlashAttention.Run(pool, shape, inputs, y.Data, logSumExp.Data, (byte*)workspace.Data),
            () => pool.For(Parts, new Reading { First = k.Data, Second = v.Data, Count = keys }));
        Console.WriteLine($"{Name(shape),-32}{8e-9 * keys / times[0],9:F1}{8e-9 * keys / times[1],9:F1}{times[1] / times[0],19:P0}");
        foreach (var floats in (Floats[])[q, k, v, y, logSumExp, workspace])
            floats.Dispose();
    }

    // The limit of decoding: keys and values read in order, and added up.
    private const int Parts = 512;

    private struct Reading : IParallelBody
    {
        public float* First;
        public float* Second;
        public long Count;

        public readonly void Run(int index, int worker)
        {
            var (begin, end) = (Count * index / Parts, Count * (index + 1) / Parts);
            RowReductions.Sum(First + begin, (int)(end - begin));
            RowReductions.Sum(Second + begin, (int)(end - begin));
        }
    }

    private static string Name(AttentionShape s) =>
        $"{s.Batch}x{s.Queries} over {s.Keys}, {s.Heads}{(s.KeyHeads == s.Heads ? "" : $"/{s.KeyHeads}")} of {s.Width}{(s.IsCausal ? " causal" : "")}";

    private static AttentionShape Shape(int batch, int queries, int keys, int heads, int keyHeads, int width, bool isCausal) => new()
    {
        Batch = batch, Queries = queries, Keys = keys, Heads = heads, KeyHeads = keyHeads, Width = width, Scale = 1 / MathF.Sqrt(width), IsCausal = isCausal,
    };
}
