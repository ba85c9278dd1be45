using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ComputeCore.Kernels.Cpu.Threading;

namespace ComputeCore.Benchmarking;

/// <summary>The processor's limit for fused multiply-adds: independent chains in its widest registers, no memory.</summary>
internal static unsafe class FmaPeak
{
    private const int Steps = 100_000;

    // As many chains as fit: AVX-512 has 32 registers, AVX2 16.
    private static readonly (int Chains, int Lanes) Shape = Vector512.IsHardwareAccelerated ? (24, 16) : (12, 8);

    /// <summary>GFLOP/s with all of the pool's workers busy: the best of a few probes of about a millisecond.</summary>
    public static double Measure(WorkerPool pool)
    {
        var best = double.MaxValue;
        for (var i = 0; i < 5; i++)
        {
            var start = Stopwatch.GetTimestamp();
            RunOnce(pool);
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        return Gigaflops(pool) / best;
    }

    /// <summary>One probe, to be timed by turns with something else: the machine's speed is not always the same.</summary>
    public static void RunOnce(WorkerPool pool)
    {
        var sinks = stackalloc float[64 * Vector512<float>.Count];
        pool.For(pool.Count, new Probe { Sinks = sinks });
    }

    /// <summary>What a probe computes, in 10^9 operations.</summary>
    public static double Gigaflops(WorkerPool pool) => 2e-9 * Shape.Chains * Shape.Lanes * Steps * pool.Count;

    private struct Probe : IParallelBody
    {
        public float* Sinks;

        public readonly void Run(int index, int worker)
        {
            var sink = Sinks + index % 64 * Vector512<float>.Count;
            if (Vector512.IsHardwareAccelerated)
                Chain512(sink);
            else
                Chain256(sink);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Chain512(float* sink)
    {
        var x = Vector512.Create(0.999f);
        var y = Vector512.Create(0.001f);
        Vector512<float> c0 = x, c1 = x, c2 = x, c3 = x, c4 = x, c5 = x, c6 = x, c7 = x, c8 = x, c9 = x, c10 = x, c11 = x;
        Vector512<float> d0 = y, d1 = y, d2 = y, d3 = y, d4 = y, d5 = y, d6 = y, d7 = y, d8 = y, d9 = y, d10 = y, d11 = y;
        for (var i = 0; i < Steps; i++)
        {
            c0 = Vector512.FusedMultiplyAdd(c0, x, y);
            c1 = Vector512.FusedMultiplyAdd(c1, x, y);
            c2 = Vector512.FusedMultiplyAdd(c2, x, y);
            c3 = Vector512.FusedMultiplyAdd(c3, x, y);
            c4 = Vector512.FusedMultiplyAdd(c4, x, y);
            c5 = Vector512.FusedMultiplyAdd(c5, x, y);
            c6 = Vector512.FusedMultiplyAdd(c6, x, y);
            c7 = Vector512.FusedMultiplyAdd(c7, x, y);
            c8 = Vector512.FusedMultiplyAdd(c8, x, y);
            c9 = Vector512.FusedMultiplyAdd(c9, x, y);
            c10 = Vector512.FusedMultiplyAdd(c10, x, y);
            c11 = Vector512.FusedMultiplyAdd(c11, x, y);
            d0 = Vector512.FusedMultiplyAdd(d0, x, y);
            d1 = Vector512.FusedMultiplyAdd(d1, x, y);
            d2 = Vector512.FusedMultiplyAdd(d2, x, y);
            d3 = Vector512.FusedMultiplyAdd(d3, x, y);
            d4 = Vector512.FusedMultiplyAdd(d4, x, y);
            d5 = Vector512.FusedMultiplyAdd(d5, x, y);
            d6 = Vector512.FusedMultiplyAdd(d6, x, y);
            d7 = Vector512.FusedMultiplyAdd(d7, x, y);
            d8 = Vector512.FusedMultiplyAdd(d8, x, y);
            d9 = Vector512.FusedMultiplyAdd(d9, x, y);
            d10 = Vector512.FusedMultiplyAdd(d10, x, y);
            d11 = Vector512.FusedMultiplyAdd(d11, x, y);
        }

        (c0 + c1 + c2 + c3 + c4 + c5 + c6 + c7 + c8 + c9 + c10 + c11 + d0 + d1 + d2 + d3 + d4 + d5 + d6 + d7 + d8 + d9 + d10 + d11).Store(sink);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Chain256(float* sink)
    {
        var x = Vector256.Create(0.999f);
        var y = Vector256.Create(0.001f);
        Vector256<float> c0 = x, c1 = x, c2 = x, c3 = x, c4 = x, c5 = x, c6 = x, c7 = x, c8 = x, c9 = x, c10 = x, c11 = x;
        for (var i = 0; i < Steps; i++)
        {
            c0 = Vector256.FusedMultiplyAdd(c0, x, y);
            c1 = Vector256.FusedMultiplyAdd(c1, x, y);
            c2 = Vector256.FusedMultiplyAdd(c2, x, y);
            c3 = Vector256.FusedMultiplyAdd(c3, x, y);
            c4 = Vector256.FusedMultiplyAdd(c4, x, y);
            c5 = Vector256.FusedMultiplyAdd(c5, x, y);
            c6 = Vector256.FusedMultiplyAdd(c6, x, y);
            c7 = Vector256.FusedMultiplyAdd(c7, x, y);
            c8 = Vector256.FusedMultiplyAdd(c8, x, y);
            c9 = Vector256.FusedMultiplyAdd(c9, x, y);
            c10 = Vector256.FusedMultiplyAdd(c10, x, y);
            c11 = Vector256.FusedMultiplyAdd(c11, x, y);
        }

        (c0 + c1 + c2 + c3 + c4 + c5 + c6 + c7 + c8 + c9 + c10 + c11).Store(sink);
    }
}
