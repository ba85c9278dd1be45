// Attention of a few queries over a cache of keys and values, as when text is generated token by token: only memory counts. After
// "Flash-Decoding" (Dao, Haziza, Massa, Sizov, 2023) the keys are cut into slices, so that one sequence keeps all workers busy:
//
//   slice   SliceKeys keys of a sequence, of all its heads, read in the order in which they lie. A key's scores, one for each query
//           of each head, are adjacent: vectors hold sixteen of them, so that maximum m, e^(s − m) and its sum need no sums across
//           lanes. Then what the values add up to, four at a time.
//   merge   a query's slices, in order: y = Σ e^(m_i − m) o_i / Σ e^(m_i − m) l_i
//
// Bytes 8 S G D, each read once; FLOPs 4 T S H D.
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ComputeCore.Kernels.Cpu.Mathematics;
using ComputeCore.Kernels.Cpu.Simd;
using ComputeCore.Kernels.Cpu.Threading;

namespace ComputeCore.Kernels.Cpu.Attention;

/// <summary>Attention of a few queries.</summary>
internal static unsafe class DecodeAttention
{
    private const int MaximumQueries = 4;
    private const int SliceKeys = 64;

    // 8 KiB: what a core reads in the time that memory takes to answer, several times over.
    private const int AheadFloats = 2048;

    /// <summary>Whether this path takes the shape.</summary>
    public static bool Takes(in AttentionShape shape) => shape.Queries <= MaximumQueries && shape.Dropout == 0;

    /// <summary>Scratch bytes.</summary>
    public static long WorkspaceBytes(int workers, in AttentionShape shape) =>
        ((long)shape.Batch * Slices(shape) * PartFloats(shape) + workers * ScratchFloats(shape)) * sizeof(float);

    /// <summary>Writes the output and log Σ exp(score), 0 for a query that sees no key.</summary>
    public static void Run(WorkerPool pool, in AttentionShape shape, in AttentionInputs inputs, float* output, float* logSumExp, byte* workspace)
    {
        var slices = Slices(shape);
        var body = new SliceBody
        {
            Shape = shape,
            Inputs = inputs,
            Slices = slices,
            Parts = (float*)workspace,
            Scratch = (float*)workspace + (long)shape.Batch * slices * PartFloats(shape),
        };
        pool.For(shape.Batch * slices, body);
        var chunks = new Chunks((long)shape.Batch * Rows(shape), (long)slices * shape.Width);
        pool.For(chunks.Count, new MergeBody { Slice = body, Output = output, LogSumExp = logSumExp, Chunks = chunks });
    }

    // The queries of a sequence, head by head: those that share a key head are neighbours.
    private static int Rows(in AttentionShape shape) => shape.Heads * shape.Queries;

    private static int Slices(in AttentionShape shape) => Math.Max(1, (shape.Keys + SliceKeys - 1) / SliceKeys);

    // Sums of values, maxima and sums of exponentials.
    private static int PartFloats(in AttentionShape shape) => Rows(shape) * AttentionTiles.Padded(shape.Width) + 2 * AttentionTiles.Padded(Rows(shape));

    // Queries, scores, and where the rows' keys are.
    private static long ScratchFloats(in AttentionShape shape) => AttentionTiles.Padded(Rows(shape)) * (long)(AttentionTiles.Padded(shape.Width) + SliceKeys + 1);

    private struct SliceBody : IParallelBody
    {
        public AttentionShape Shape;
        public AttentionInputs Inputs;
        public int Slices;
        public float* Parts;
        public float* Scratch;

        /// <summary>The sums of a slice's values, [rows, padded width], then maxima and sums of exponentials, a lane for each row.</summary>
        public readonly float* Part(int batch, int slice) => Parts + ((long)batch * Slices + slice) * PartFloats(Shape);

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
            var (padded, rows) = (AttentionTiles.Padded(Shape.Width), Rows(Shape));
            var lanes = AttentionTiles.Padded(rows);
            var queries = Scratch + worker * ScratchFloats(Shape);
            var scores = queries + lanes * padded;
            var keyOfRow = (int*)(scores + SliceKeys * lanes);
            new Span<int>(keyOfRow, lanes).Clear();
            for (var row = 0; row < rows; row++)
            {
                var (head, query) = Math.DivRem(row, Shape.Queries);
                keyOfRow[row] = head / Shape.Sharing * Shape.Width;
                AttentionTiles.CopyRows(Inputs.Queries + Shape.QueryAt(batch, query, head), 0, queries + row * padded, 1, Shape.Width, Shape.Scale);
            }

            for (var key = begin; key < end; key++)
                Scores(queries, Inputs.Keys + Shape.KeyAt(batch, key, 0), keyOfRow, scores + (key - begin) * lanes);

            var sums = Part(batch, slice);
            for (var row = 0; row < rows; row += Lanes.Count)
                Weights(batch, slice, row, begin, end - begin, scores + row, sums + rows * padded + row);

            new Span<float>(sums, rows * padded).Clear();
            for (var key = begin; key < end; key += 4)
                AddValues(Inputs.Values + Shape.KeyAt(batch, key, 0), Math.Min(4, end - key), scores + (key - begin) * lanes, sums);
        }

        // One key of all heads with the queries of all heads, four at a time; what lies behind the last is computed and never used.
        [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
        private readonly void Scores(float* queries, float* key, int* keyOfRow, float* scores)
        {
            var (width, padded, rows) = (Shape.Width, AttentionTiles.Padded(Shape.Width), Rows(Shape));
            for (var c = 0; c < Shape.KeyStride; c += Lanes.Count)
                Lanes.Prefetch(key + c + AheadFloats);
            for (var row = 0; row < rows; row += 4, queries += 4 * padded)
            {
                float* q1 = queries + padded, q2 = q1 + padded, q3 = q2 + padded;
                float* k0 = key + keyOfRow[row], k1 = key + keyOfRow[row + 1], k2 = key + keyOfRow[row + 2], k3 = key + keyOfRow[row + 3];
                Vector512<float> s0 = Vector512<float>.Zero, s1 = s0, s2 = s0, s3 = s0;
                var c = 0;
                for (; c <= width - Lanes.Count; c += Lanes.Count)
                {
                    s0 = Vector512.FusedMultiplyAdd(Vector512.Load(queries + c), Vector512.Load(k0 + c), s0);
                    s1 = Vector512.FusedMultiplyAdd(Vector512.Load(q1 + c), Vector512.Load(k1 + c), s1);
                    s2 = Vector512.FusedMultiplyAdd(Vector512.Load(q2 + c), Vector512.Load(k2 + c), s2);
                    s3 = Vector512.FusedMultiplyAdd(Vector512.Load(q3 + c), Vector512.Load(k3 + c), s3);
                }

                if (c < width)
                {
                    var left = width - c;
                    s0 = Vector512.FusedMultiplyAdd(Vector512.Load(queries + c), Lanes.Load(k0 + c, left), s0);
                    s1 = Vector512.FusedMultiplyAdd(Vector512.Load(q1 + c), Lanes.Load(k1 + c, left), s1);
                    s2 = Vector512.FusedMultiplyAdd(Vector512.Load(q2 + c), Lanes.Load(k2 + c, left), s2);
                    s3 = Vector512.FusedMultiplyAdd(Vector512.Load(q3 + c), Lanes.Load(k3 + c, left), s3);
                }

                Lanes.Sums(s0, s1, s2, s3).Store(scores + row);
            }
        }

        // Scores of sixteen rows to weights; zeros for keys that only later queries see.
        [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
        private readonly void Weights(int batch, int slice, int firstRow, int begin, int count, float* scores, float* maxima)
        {
            var seenLanes = stackalloc int[Lanes.Count];
            var distanceLanes = stackalloc int[Lanes.Count];
            var slopeLanes = stackalloc float[Lanes.Count];
            for (var lane = 0; lane < Lanes.Count; lane++)
            {
                var (head, query) = Math.DivRem(firstRow + lane, Shape.Queries);
                var isRow = head < Shape.Heads;
                seenLanes[lane] = isRow ? Seen(batch, slice, query).End - begin : 0;
                distanceLanes[lane] = Inputs.Span(Shape, batch).Position + query - begin;
                slopeLanes[lane] = isRow && Inputs.Slopes != null ? -Inputs.Slopes[head] : 0;
            }

            var lanes = AttentionTiles.Padded(Rows(Shape));
            var (seen, slope) = (Vector512.Load(seenLanes), Vector512.Load(slopeLanes));
            var max = Vector512.Create(float.NegativeInfinity);
            for (var j = 0; j < count; j++)
            {
                var score = Vector512.Load(scores + j * lanes);
                if (Inputs.Slopes != null)
                {
                    var distance = Vector512.Abs(Vector512.ConvertToSingle(Vector512.Load(distanceLanes) - Vector512.Create(j)));
                    score = Vector512.FusedMultiplyAdd(distance, slope, score);
                    score.Store(scores + j * lanes);
                }

                var isSeen = Vector512.GreaterThan(seen, Vector512.Create(j)).AsSingle();
                max = Vector512.MaxNative(max, Vector512.ConditionalSelect(isSeen, score, max));
            }

            var sum = Vector512<float>.Zero;
            for (var j = 0; j < count; j++)
            {
                var isSeen = Vector512.GreaterThan(seen, Vector512.Create(j)).AsSingle();
                var weight = VectorMath.ExpOrZero(Vector512.Load(scores + j * lanes) - max) & isSeen;
                weight.Store(scores + j * lanes);
                sum += weight;
            }

            max.Store(maxima);
            sum.Store(maxima + lanes);
        }

        // sums += weights · values, of up to four keys.
        [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
        private readonly void AddValues(float* values, int count, float* weights, float* sums)
        {
            // Beyond the last, the last is added again with weight zero.
            var (width, stride, lanes) = (Shape.Width, (nint)Shape.KeyStride, AttentionTiles.Padded(Rows(Shape)));
            var (padded, sharing) = (AttentionTiles.Padded(width), Shape.Sharing * Shape.Queries);
            for (var c = 0; c < 4 * stride; c += Lanes.Count)
                Lanes.Prefetch(values + c + 4 * stride);
            var last = count - 1;
            var v1 = values + Math.Min(1, last) * stride;
            var v2 = values + Math.Min(2, last) * stride;
            var v3 = values + last * stride;
            for (var end = values + stride; values < end; values += width, v1 += width, v2 += width, v3 += width)
            {
                for (var i = 0; i < sharing; i++, sums += padded, weights++)
                {
                    var w0 = Vector512.Create(weights[0]);
                    var w1 = Vector512.Create(count > 1 ? weights[lanes] : 0);
                    var w2 = Vector512.Create(count > 2 ? weights[2 * lanes] : 0);
                    var w3 = Vector512.Create(count > 3 ? weights[3 * lanes] : 0);
                    var c = 0;
                    for (; c <= width - Lanes.Count; c += Lanes.Count)
                    {
                        var total = Vector512.FusedMultiplyAdd(w0, Vector512.Load(values + c), Vector512.Load(sums + c));
                        total = Vector512.FusedMultiplyAdd(w1, Vector512.Load(v1 + c), total);
                        total = Vector512.FusedMultiplyAdd(w2, Vector512.Load(v2 + c), total);
                        Vector512.FusedMultiplyAdd(w3, Vector512.Load(v3 + c), total).Store(sums + c);
                    }

                    if (c < width)
                    {
                        var left = width - c;
                        var total = Vector512.FusedMultiplyAdd(w0, Lanes.Load(values + c, left), Vector512.Load(sums + c));
                        total = Vector512.FusedMultiplyAdd(w1, Lanes.Load(v1 + c, left), total);
                        total = Vector512.FusedMultiplyAdd(w2, Lanes.Load(v2 + c, left), total);
                        Vector512.FusedMultiplyAdd(w3, Lanes.Load(v3 + c, left), total).Store(sums + c);
                    }
                }
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
            for (var i = Chunks.Start(index); i < Chunks.End(index); i++)
            {
                var (batch, row) = Math.DivRem((int)i, Rows(Slice.Shape));
                Merge(batch, row);
            }
        }

        // Into the first slice that the query sees.
        private readonly void Merge(int batch, int row)
        {
            var shape = Slice.Shape;
            var (head, query) = Math.DivRem(row, shape.Queries);
            var padded = AttentionTiles.Padded(shape.Width);
            var (maximum, exponentials) = (Rows(shape) * padded + row, Rows(shape) * padded + AttentionTiles.Padded(Rows(shape)) + row);
            float* total = null;
            for (var slice = 0; slice < Slice.Slices; slice++)
            {
                var (begin, end) = Slice.Seen(batch, slice, query);
                if (begin == end)
                    continue;
                var part = Slice.Part(batch, slice);
                if (total == null)
                {
                    total = part;
                    continue;
                }

                var max = Math.Max(total[maximum], part[maximum]);
                var (kept, added) = (MathF.Exp(total[maximum] - max), MathF.Exp(part[maximum] - max));
                Add(total + row * padded, kept, part + row * padded, added, padded);
                total[maximum] = max;
                total[exponentials] = total[exponentials] * kept + part[exponentials] * added;
            }

            var output = Output + shape.QueryAt(batch, query, head);
            if (total == null)
                new Span<float>(output, shape.Width).Clear();
            else
                AttentionTiles.StoreRows(total + row * padded, output, 0, 1, shape.Width, 1 / total[exponentials]);
            LogSumExp[shape.NumberAt(batch, query, head)] = total == null ? 0 : total[maximum] + MathF.Log(total[exponentials]);
        }

        // total = kept · total + added · part
        [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
        private static void Add(float* total, float kept, float* part, float added, int padded)
        {
            for (var c = 0; c < padded; c += Lanes.Count)
                (Vector512.Load(total + c) * kept + Vector512.Load(part + c) * added).Store(total + c);
        }
    }
}
