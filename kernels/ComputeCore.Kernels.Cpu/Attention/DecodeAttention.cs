// Attention of a few queries over a cache of keys and values, as when text is generated token by token: only memory counts. After
// "Flash-Decoding" (Dao, Haziza, Massa, Sizov, 2023) the keys are cut into slices, so that one sequence keeps all workers busy:
//
//   slice   SliceKeys keys of a sequence, of all its heads, read in the order in which they lie: scores, their maximum m, e^(s − m)
//           and its sum, and what the values add up to, four at a time, for every query
//   merge   a query's slices, in order: y = Σ e^(m_i − m) o_i / Σ e^(m_i − m) l_i
//
// Bytes 8 S G D, each read once; FLOPs 4 T S H D.
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ComputeCore.Kernels.Cpu.Simd;
using ComputeCore.Kernels.Cpu.Threading;

namespace ComputeCore.Kernels.Cpu.Attention;

/// <summary>Attention of a few queries.</summary>
internal static unsafe class DecodeAttention
{
    private const int MaximumQueries = 4;
    private const int SliceKeys = 64;

    /// <summary>Whether this path takes the shape.</summary>
    public static bool Takes(in AttentionShape shape) => shape.Queries <= MaximumQueries && shape.Dropout == 0;

    /// <summary>Scratch bytes.</summary>
    public static long WorkspaceBytes(int workers, in AttentionShape shape) =>
        (Rows(shape) * Slices(shape) * PartFloats(shape) + workers * ScoreFloats(shape)) * sizeof(float);

    /// <summary>Writes the output and log Σ exp(score), 0 for a query that sees no key.</summary>
    public static void Run(WorkerPool pool, in AttentionShape shape, in AttentionInputs inputs, float* output, float* logSumExp, byte* workspace)
    {
        var body = new SliceBody
        {
            Shape = shape,
            Inputs = inputs,
            Slices = Slices(shape),
            Parts = (float*)workspace,
            Scores = (float*)workspace + Rows(shape) * Slices(shape) * PartFloats(shape),
        };
        pool.For(shape.Batch * body.Slices, body);
        var chunks = new Chunks(Rows(shape), (long)body.Slices * shape.Width);
        pool.For(chunks.Count, new MergeBody { Slice = body, Output = output, LogSumExp = logSumExp, Chunks = chunks });
    }

    // Queries of all heads.
    private static long Rows(in AttentionShape shape) => (long)shape.Batch * shape.Queries * shape.Heads;

    private static int Slices(in AttentionShape shape) => Math.Max(1, (shape.Keys + SliceKeys - 1) / SliceKeys);

    // The sum of values; its maximum and sum of exponentials, in a vector of their own.
    private static int PartFloats(in AttentionShape shape) => AttentionTiles.Padded(shape.Width) + Lanes.Width;

    private static long ScoreFloats(in AttentionShape shape) => (long)shape.Queries * shape.Heads * SliceKeys;

    private struct SliceBody : IParallelBody
    {
        public AttentionShape Shape;
        public AttentionInputs Inputs;
        public int Slices;
        public float* Parts;
        public float* Scores;

        /// <summary>The sum of a slice's values, then maximum and sum of exponentials.</summary>
        public readonly float* Part(int batch, int slice, int query, int head) =>
            Parts + ((((long)batch * Slices + slice) * Shape.Queries + query) * Shape.Heads + head) * PartFloats(Shape);

        /// <summary>The keys of a slice that a query sees.</summary>
        public readonly (int Begin, int End) Seen(int batch, int slice, int query)
        {
            var (begin, end, position) = Inputs.Span(Shape, batch);
            if (Shape.IsCausal)
                end = (int)Math.Min(end, (long)position + query + 1);
            begin = Math.Max(begin, slice * SliceKeys);
            return (begin, Math.Max(begin, Math.Min(end, (slice + 1) * SliceKeys)));
        }

        public readonly void Run(int index, int worker)
        {
            var (batch, slice) = Math.DivRem(index, Slices);
            var (begin, end) = Seen(batch, slice, Shape.Queries - 1);
            if (begin == end)
                return;
            var scores = Scores + worker * ScoreFloats(Shape);
            for (var key = begin; key < end; key++)
                for (var head = 0; head < Shape.Heads; head++)
                    for (var query = 0; query < Shape.Queries; query++)
                        scores[(query * Shape.Heads + head) * SliceKeys + key - begin] = Shape.Scale * RowReductions.Dot(
                            Inputs.Queries + Shape.QueryAt(batch, query, head), Inputs.Keys + Shape.KeyAt(batch, key, head / Shape.Sharing), Shape.Width);

            for (var query = 0; query < Shape.Queries; query++)
                for (var head = 0; head < Shape.Heads; head++)
                    Weights(batch, slice, query, head, begin, end, scores + (query * Shape.Heads + head) * SliceKeys);

            for (var key = begin; key < end; key += 4)
                for (var head = 0; head < Shape.Heads; head++)
                    for (var query = 0; query < Shape.Queries; query++)
                        AddValues(
                            Inputs.Values + Shape.KeyAt(batch, key, head / Shape.Sharing),
                            Math.Min(4, end - key),
                            scores + (query * Shape.Heads + head) * SliceKeys + key - begin,
                            Part(batch, slice, query, head));
        }

        // Scores to weights; zeros for keys that only later queries see.
        private readonly void Weights(int batch, int slice, int query, int head, int begin, int end, float* scores)
        {
            var part = Part(batch, slice, query, head);
            var padded = AttentionTiles.Padded(Shape.Width);
            new Span<float>(part, padded).Clear();
            var count = Math.Min(end, Seen(batch, slice, query).End) - begin;
            new Span<float>(scores + count, end - begin - count).Clear();
            if (Inputs.Slopes != null)
                AttentionTiles.AddSlope(scores, count, Inputs.Slopes[head], Inputs.Span(Shape, batch).Position + query - begin);
            var max = RowReductions.MaxNative(scores, count);
            part[padded] = max;
            part[padded + 1] = count == 0 ? 0 : RowReductions.StoreExpAndSum(scores, max, scores, count);
        }

        [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
        private readonly void AddValues(float* values, int count, float* weights, float* sum)
        {
            // Beyond the last, the last is added again with weight zero.
            var last = count - 1;
            var w0 = Vector512.Create(weights[0]);
            var w1 = Vector512.Create(count > 1 ? weights[1] : 0);
            var w2 = Vector512.Create(count > 2 ? weights[2] : 0);
            var w3 = Vector512.Create(count > 3 ? weights[3] : 0);
            var v1 = values + (long)Math.Min(1, last) * Shape.KeyStride;
            var v2 = values + (long)Math.Min(2, last) * Shape.KeyStride;
            var v3 = values + (long)last * Shape.KeyStride;
            for (var c = 0; c < Shape.Width; c += Lanes.Width)
            {
                var left = Shape.Width - c;
                var total = Vector512.FusedMultiplyAdd(w0, Lanes.Load(values + c, left), Vector512.Load(sum + c));
                total = Vector512.FusedMultiplyAdd(w1, Lanes.Load(v1 + c, left), total);
                total = Vector512.FusedMultiplyAdd(w2, Lanes.Load(v2 + c, left), total);
                Vector512.FusedMultiplyAdd(w3, Lanes.Load(v3 + c, left), total).Store(sum + c);
            }
        }
    }

    private struct MergeBody : IParallelBody
    {
        public SliceBody Slice;
        public float* Output;
        public float* LogSumExp;
        public Chunks Chunks;

        public readonly void Run(int index, int worker)
        {
            for (var row = Chunks.Start(index); row < Chunks.End(index); row++)
            {
                var (token, head) = Math.DivRem((int)row, Slice.Shape.Heads);
                var (batch, query) = Math.DivRem(token, Slice.Shape.Queries);
                Merge(batch, query, head);
            }
        }

        // Into the first slice that the query sees.
        private readonly void Merge(int batch, int query, int head)
        {
            var padded = AttentionTiles.Padded(Slice.Shape.Width);
            float* total = null;
            for (var slice = 0; slice < Slice.Slices; slice++)
            {
                var (begin, end) = Slice.Seen(batch, slice, query);
                if (begin == end)
                    continue;
                var part = Slice.Part(batch, slice, query, head);
                if (total == null)
                    total = part;
                else
                    Add(total, part, padded);
            }

            var output = Output + Slice.Shape.QueryAt(batch, query, head);
            if (total == null)
                new Span<float>(output, Slice.Shape.Width).Clear();
            else
                AttentionTiles.StoreRows(total, output, 0, 1, Slice.Shape.Width, 1 / total[padded + 1]);
            LogSumExp[Slice.Shape.NumberAt(batch, query, head)] = total == null ? 0 : total[padded] + MathF.Log(total[padded + 1]);
        }

        [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
        private static void Add(float* total, float* part, int padded)
        {
            var max = Math.Max(total[padded], part[padded]);
            var (kept, added) = (MathF.Exp(total[padded] - max), MathF.Exp(part[padded] - max));
            for (var c = 0; c < padded; c += Lanes.Width)
                (Vector512.Load(total + c) * kept + Vector512.Load(part + c) * added).Store(total + c);
            total[padded] = max;
            total[padded + 1] = total[padded + 1] * kept + part[padded + 1] * added;
        }
    }
}
