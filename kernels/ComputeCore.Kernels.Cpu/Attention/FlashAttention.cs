// softmax(scale q kᵀ) v without the matrix of scores: Dao, "FlashAttention-2: Faster Attention with Better Parallelism and Work
// Partitioning", arXiv:2307.08691, 2023.
//
//   task    a sequence's key head, and a range of the queries of all heads that share it. The keys and values that some query
//           sees are copied row after row.
//   block   BlockQueries queries of one head, scaled, as panels of 32 that stand side by side, [D, 32], walk over
//   tile    BlockKeys keys and values, which stay in L2 (64 KiB for heads of 64) for the panels of the block:
//             sᵀ = k qᵀ       the GEMM's micro-kernel, whose left operand may lie anyhow: [BlockKeys, 32] stays in L1
//             pᵀ = exp(s − m) m the largest score so far; what was summed up is scaled by exp(m_old − m), where m grew
//             oᵀ += vᵀ pᵀ     the micro-kernel again
//
// All is transposed, because then a vector holds one key's scores of sixteen queries: maxima and sums go down the rows, without any
// sums across lanes; pᵀ lies as the second product reads it; and only queries and outputs, not keys, need to be transposed.
//
// A query sees keys up to some place, so that is all there is to masks: products are cut there, per panel, and a causal attention
// costs half. FLOPs 4 T S D; bytes 4 D (2 T + 2 S) a head and range, and workspace in proportion to S.
// Every query's arithmetic is in an order that depends on the shape alone.
using ComputeCore.Kernels.Cpu.Gemm;
using ComputeCore.Kernels.Cpu.RandomNumbers;
using ComputeCore.Kernels.Cpu.Simd;
using ComputeCore.Kernels.Cpu.Threading;

namespace ComputeCore.Kernels.Cpu.Attention;

/// <summary>Fused attention.</summary>
internal static unsafe class FlashAttention
{
    private const int PanelQueries = AttentionTiles.PanelQueries;
    private const int BlockQueries = 3 * PanelQueries;
    private const int BlockKeys = 128;

    private const int TasksPerWorker = 4;

    /// <summary>Scratch bytes.</summary>
    public static long WorkspaceBytes(int workers, in AttentionShape shape) => DecodeAttention.Takes(shape)
        ? DecodeAttention.WorkspaceBytes(workers, shape)
        : TiledWorkspaceBytes(workers, shape);

    /// <summary>Scratch bytes for a given micro-kernel.</summary>
    public static long TiledWorkspaceBytes(int workers, in AttentionShape shape) => workers * WorkerFloats(shape) * sizeof(float);

    /// <summary>Writes the output and log Σ exp(score), 0 for a query that sees no key.</summary>
    public static void Run(WorkerPool pool, in AttentionShape shape, in AttentionInputs inputs, float* output, float* logSumExp, byte* workspace)
    {
        if (DecodeAttention.Takes(shape))
            DecodeAttention.Run(pool, shape, inputs, output, logSumExp, workspace);
        else
            MicroKernels.Run(new Attention(pool, shape, inputs, output, logSumExp, workspace));
    }

    /// <summary>The same with a given micro-kernel.</summary>
    public static void Run<TKernel>(WorkerPool pool, in AttentionShape shape, in AttentionInputs inputs, float* output, float* logSumExp, byte* workspace)
        where TKernel : unmanaged, IMicroKernel
    {
        var sequences = shape.Batch * shape.KeyHeads;
        if (sequences == 0 || shape.Queries == 0)
            return;
        var blocks = (shape.Queries + BlockQueries - 1) / BlockQueries;
        var ranges = Math.Clamp((TasksPerWorker * pool.Count + sequences - 1) / sequences, 1, blocks);
        var blocksPerRange = (blocks + ranges - 1) / ranges;
        ranges = (blocks + blocksPerRange - 1) / blocksPerRange;
        pool.For(sequences * ranges, new Body<TKernel>
        {
            Shape = shape,
            Inputs = inputs,
            Output = output,
            LogSumExp = logSumExp,
            Workspace = (float*)workspace,
            WorkerFloats = WorkerFloats(shape),
            Ranges = ranges,
            RangeQueries = blocksPerRange * BlockQueries,
        });
    }

    // Keys and values; panels of queries and of outputs, with maxima and sums; a tile of scores; a panel's outputs as rows; factors
    // of dropout.
    private static long WorkerFloats(in AttentionShape shape)
    {
        var padded = AttentionTiles.Padded(shape.Width);
        return (long)PaddedKeys(shape.Keys) * 2 * padded + 2 * BlockQueries * (padded + 1) + PanelQueries * (BlockKeys + padded)
            + (AttentionTiles.DropoutFloats(BlockKeys) + 31) / 32 * 32;
    }

    // Room for what the micro-kernels read beyond the last row.
    private static int PaddedKeys(int keys) => (keys + 31) / 32 * 32;

    private struct Body<TKernel> : IParallelBody
        where TKernel : unmanaged, IMicroKernel
    {
        public AttentionShape Shape;
        public AttentionInputs Inputs;
        public float* Output;
        public float* LogSumExp;
        public float* Workspace;
        public long WorkerFloats;
        public int Ranges;
        public int RangeQueries;

        private AttentionSequence sequence;

        // The task's own memory.
        private int padded;
        private float* keys;
        private float* values;
        private float* queries;
        private float* outputs;
        private float* maxima;
        private float* sums;
        private float* scores;
        private float* rows;
        private float* factors;

        // All workers have this one body: a task works on a copy.
        public readonly void Run(int index, int worker)
        {
            var task = this;
            task.RunTask(index, worker);
        }

        private void RunTask(int index, int worker)
        {
            padded = AttentionTiles.Padded(Shape.Width);
            keys = Workspace + worker * WorkerFloats;
            values = keys + (long)PaddedKeys(Shape.Keys) * padded;
            queries = values + (long)PaddedKeys(Shape.Keys) * padded;
            outputs = queries + BlockQueries * padded;
            maxima = outputs + BlockQueries * padded;
            sums = maxima + BlockQueries;
            scores = sums + BlockQueries;
            rows = scores + PanelQueries * BlockKeys;
            factors = rows + PanelQueries * padded;

            (var number, var range) = Math.DivRem(index, Ranges);
            sequence = new AttentionSequence(Shape, Inputs, number);
            var first = range * RangeQueries;
            var last = Math.Min(Shape.Queries, first + RangeQueries);
            var at = Shape.KeyAt(sequence.Batch, sequence.Begin, sequence.KeyHead);
            AttentionTiles.CopyRows(Inputs.Keys + at, Shape.KeyStride, keys, sequence.Seen(last - 1), Shape.Width, 1);
            AttentionTiles.CopyRows(Inputs.Values + at, Shape.KeyStride, values, sequence.Seen(last - 1), Shape.Width, 1);

            for (var head = sequence.KeyHead * Shape.Sharing; head < (sequence.KeyHead + 1) * Shape.Sharing; head++)
                for (var query = first; query < last; query += BlockQueries)
                    Block(head, query, Math.Min(BlockQueries, last - query));
        }

        private readonly void Block(int head, int first, int count)
        {
            for (var i = 0; i < count; i += PanelQueries)
            {
                var at = Shape.QueryAt(sequence.Batch, first + i, head);
                new MatrixPacker(Inputs.Queries + at, 1, Shape.QueryStride).Pack(0, Shape.Width, 0, Math.Min(PanelQueries, count - i), PanelQueries, queries + i * padded);
                AttentionTiles.CopyRows(queries + i * padded, PanelQueries, queries + i * padded, Shape.Width, PanelQueries, Shape.Scale);
            }

            new Span<float>(maxima, BlockQueries).Fill(float.NegativeInfinity);
            new Span<float>(sums, BlockQueries).Clear();
            new Span<float>(outputs, BlockQueries * padded).Clear();
            for (var tile = 0; tile < sequence.Seen(first + count - 1); tile += BlockKeys)
                for (var i = 0; i < count; i += PanelQueries)
                    Panel(head, first + i, Math.Min(PanelQueries, count - i), tile, i);

            for (var i = 0; i < count; i += PanelQueries)
                Finish(head, first + i, Math.Min(PanelQueries, count - i), i);
        }

        // A panel's queries and a tile's keys.
        private readonly void Panel(int head, int first, int count, int tile, int at)
        {
            var depth = Math.Min(BlockKeys, sequence.Seen(first + count - 1) - tile);
            if (depth <= 0)
                return;
            var columns = count <= Lanes.Count ? Lanes.Count : PanelQueries;
            var own = outputs + at * padded;
            AttentionTiles.MultiplyPanel<TKernel>(depth, columns, Shape.Width, keys + (long)tile * padded, padded, 1, queries + at * padded, scores, false);
            for (var i = 0; i < columns; i += Lanes.Count)
                Weights(head, first + i, tile, depth, scores + i, at + i, own + i);
            if (Shape.Dropout > 0)
                Drop(head, first, count, tile, depth);
            AttentionTiles.MultiplyPanel<TKernel>(Shape.Width, columns, depth, values + (long)tile * padded, 1, padded, scores, own, true);
        }

        // Sixteen queries.
        private readonly void Weights(int head, int first, int tile, int depth, float* weights, int at, float* own)
        {
            if (Inputs.Slopes != null)
                AttentionTiles.AddSlopes(weights, depth, Inputs.Slopes[head], sequence.Distance(first) - tile);
            if (Shape.IsCausal)
                AttentionTiles.MaskPanel(weights, depth, sequence.Distance(first) + 1 - tile);
            AttentionTiles.PanelWeights(weights, depth, maxima + at, sums + at, own, Shape.Width);
        }

        private readonly void Drop(int head, int first, int count, int tile, int depth)
        {
            var rate = new DropoutRate(Shape.Dropout);
            for (var i = 0; i < count; i++)
            {
                var element = Shape.NumberAt(sequence.Batch, first + i, head) * Shape.Keys + sequence.Begin + tile;
                AttentionTiles.MultiplyColumn(scores + i, AttentionTiles.DropoutFactors(Inputs.Random, rate, element, depth, factors), depth);
            }
        }

        private readonly void Finish(int head, int first, int count, int at)
        {
            var own = outputs + at * padded;
            for (var i = 0; i < count; i += Lanes.Count)
            {
                var logs = LogSumExp + Shape.NumberAt(sequence.Batch, first + i, head);
                AttentionTiles.FinishPanel(own + i, Shape.Width, maxima + at + i, sums + at + i, logs, count - i);
            }

            new MatrixPacker(own, 1, PanelQueries).Pack(0, count, 0, Shape.Width, padded, rows);
            AttentionTiles.StoreRows(rows, Output + Shape.QueryAt(sequence.Batch, first, head), Shape.QueryStride, count, Shape.Width, 1);
        }
    }

    private readonly struct Attention(WorkerPool pool, AttentionShape shape, AttentionInputs inputs, float* output, float* logSumExp, byte* workspace) : IMicroKernelUser
    {
        public void Run<TKernel>()
            where TKernel : unmanaged, IMicroKernel => FlashAttention.Run<TKernel>(pool, shape, inputs, output, logSumExp, workspace);
    }
}
