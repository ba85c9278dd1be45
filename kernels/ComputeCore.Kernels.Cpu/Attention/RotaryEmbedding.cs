// Rotary position embedding (Su et al., "RoFormer", 2021) of x [batch, length, heads, width]: pairs (a, b) of the first
// 2 · pairs elements become (a cos − b sin, b cos + a sin). 8 bytes an element; a token's cosines and sines serve all its heads
// from L1. Interleaved pairs are exchanged within their vector, so both layouts are two products a vector.
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ComputeCore.Kernels.Cpu.Simd;
using ComputeCore.Kernels.Cpu.Threading;

namespace ComputeCore.Kernels.Cpu.Attention;

/// <summary>The scalars of a rotary embedding.</summary>
internal struct RotaryProblem
{
    public int Batch;
    public int Length;
    public int Heads;
    public int Width;

    /// <summary>Pairs of elements that are rotated; the others stay.</summary>
    public int Pairs;

    /// <summary>Whether angles are [Batch, Length, Pairs] rather than [Length, Pairs].</summary>
    public bool AnglesPerBatch;

    /// <summary>Whether pair i is (2i, 2i + 1) rather than (i, i + Pairs).</summary>
    public bool IsInterleaved;

    /// <summary>Whether angles are negated.</summary>
    public bool IsReverse;
}

/// <summary>Rotates pairs of elements.</summary>
internal static unsafe class RotaryEmbedding
{
    /// <summary>Rotates; output may be input.</summary>
    public static void Run(WorkerPool pool, in RotaryProblem problem, float* input, float* cosines, float* sines, float* output)
    {
        var chunks = new Chunks((long)problem.Batch * problem.Length, (long)problem.Heads * problem.Width);
        pool.For(chunks.Count, new Body { Problem = problem, Input = input, Cosines = cosines, Sines = sines, Output = output, Chunks = chunks });
    }

    private struct Body : IParallelBody
    {
        public RotaryProblem Problem;
        public float* Input;
        public float* Cosines;
        public float* Sines;
        public float* Output;
        public Chunks Chunks;

        public readonly void Run(int index, int worker)
        {
            for (var token = Chunks.Start(index); token < Chunks.End(index); token++)
            {
                var angles = (Problem.AnglesPerBatch ? token : token % Problem.Length) * Problem.Pairs;
                for (var head = 0; head < Problem.Heads; head++)
                {
                    var at = (token * Problem.Heads + head) * Problem.Width;
                    if (Problem.IsInterleaved)
                        RotateNeighbours(Input + at, Cosines + angles, Sines + angles, Output + at);
                    else
                        RotateHalves(Input + at, Cosines + angles, Sines + angles, Output + at);
                    var rotated = 2 * Problem.Pairs;
                    if (Output != Input)
                        new Span<float>(Input + at + rotated, Problem.Width - rotated).CopyTo(new Span<float>(Output + at + rotated, Problem.Width - rotated));
                }
            }
        }

        [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
        private readonly void RotateHalves(float* x, float* cos, float* sin, float* y)
        {
            var sign = Vector512.Create(Problem.IsReverse ? -1f : 1f);
            for (var i = 0; i < Problem.Pairs; i += Lanes.Count)
            {
                var count = Problem.Pairs - i;
                var (a, b) = (Lanes.Load(x + i, count), Lanes.Load(x + Problem.Pairs + i, count));
                var (c, s) = (Lanes.Load(cos + i, count), Lanes.Load(sin + i, count) * sign);
                Lanes.Store(y + i, count, a * c - b * s);
                Lanes.Store(y + Problem.Pairs + i, count, b * c + a * s);
            }
        }

        [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
        private readonly void RotateNeighbours(float* x, float* cos, float* sin, float* y)
        {
            var twice = Vector512.Create(0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7);
            var exchanged = Vector512.Create(1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 15, 14);
            var sign = Problem.IsReverse ? 1f : -1f;
            var signs = Vector512.ConditionalSelect(Vector512.Create((ulong)uint.MaxValue).AsSingle(), Vector512.Create(sign), Vector512.Create(-sign));
            for (var i = 0; i < 2 * Problem.Pairs; i += Lanes.Count)
            {
                var count = 2 * Problem.Pairs - i;
                var pairs = Math.Min(count, Lanes.Count) / 2;
                var c = Vector512.Shuffle(Lanes.Load(cos + i / 2, pairs), twice);
                var s = Vector512.Shuffle(Lanes.Load(sin + i / 2, pairs), twice) * signs;
                var v = Lanes.Load(x + i, count);
                Lanes.Store(y + i, count, v * c + Vector512.Shuffle(v, exchanged) * s);
            }
        }
    }
}
