// softmax(scale q kᵀ) v without the matrix of scores: Dao, "FlashAttention-2: Faster Attention with Better Parallelism and Work
// Partitioning", arXiv:2307.08691, 2023.
//
//   task    a sequence's key head, and a range of the queries of all heads that share it. Its keys are packed once, transposed, its
//           values once, row after row; only those that some query sees.
//   block   BlockQueries queries of one head, copied and scaled, walk over
//   tile    BlockKeys keys and values, which stay in L2 (128 KiB for heads of 64). In it, MR queries at a time:
//             s = q kᵀ        the GEMM's micro-kernel, [MR, BlockKeys], stays in L1
//             p = e^(s − m)   m the largest score so far; what was summed up is scaled by e^(m_old − m), where m grew
//             o += p v        the micro-kernel again
//
// A query sees keys up to some place, so that is all there is to masks: products are cut there, per MR queries, and a causal
// attention costs half. FLOPs 4 T S D; bytes 4 D (2 T + 2 S) a head and range, and workspace in proportion to S.
// Every query's arithmetic is in an order that depends on the shape alone.
using System.Runtime.Intrinsics.X86;
using ComputeCore.Kernels.Cpu.Gemm;
using ComputeCore.Kernels.Cpu.Simd;
using ComputeCore.Kernels.Cpu.Threading;

namespace ComputeCore.Kernels.Cpu.Attention;

/// <summary>Fused attention.</summary>
internal static unsafe class FlashAttention
{
    /// <summary>Queries of a block: a multiple of every micro-kernel's MR.</summary>
    public const int BlockQueries = 96;

    /// <summary>Keys of a tile: a multiple of every micro-kernel's NR.</summary>
    public const int BlockKeys = 256;

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
        else if (Avx512F.IsSupported)
            Run<Avx512MicroKernel>(pool, shape, inputs, output, logSumExp, workspace);
        else if (Fma.IsSupported)
            Run<Avx2MicroKernel>(pool, shape, inputs, output, logSumExp, workspace);
        else
            Run<PortableMicroKernel>(pool, shape, inputs, output, logSumExp, workspace);
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

    // Keys, values, a block of queries and of outputs, MR rows of scores, maxima and sums, factors of dropout.
    private static long WorkerFloats(in AttentionShape shape)
    {
        var padded = AttentionTiles.Padded(shape.Width);
        return (long)PaddedKeys(shape.Keys) * 2 * padded + 2 * BlockQueries * padded + MaximumRows * BlockKeys + 2 * BlockQueries
            + (AttentionTiles.DropoutFloats(BlockKeys) + 31) / 32 * 32;
    }

    private const int MaximumRows = 12;

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

        // The task's own memory.
        private int padded;
        private float* keys;
        private float* values;
        private float* queries;
        private float* outputs;
        private float* scores;
        private float* maxima;
        private float* sums;
        private float* factors;

        // The task's sequence, and the keys that its queries see.
        private int batch;
        private int begin;
        private int count;
        private int position;

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
            scores = outputs + BlockQueries * padded;
            maxima = scores + MaximumRows * BlockKeys;
            sums = maxima + BlockQueries;
            factors = sums + BlockQueries;

            (var sequence, var range) = Math.DivRem(index, Ranges);
            (batch, var keyHead) = Math.DivRem(sequence, Shape.KeyHeads);
            var first = range * RangeQueries;
            var last = Math.Min(Shape.Queries, first + RangeQueries);
            (begin, var end, position) = Inputs.Span(Shape, batch);
            count = Math.Max(0, end - begin);
            var seen = Seen(last - 1);
            var at = Shape.KeyAt(batch, begin, keyHead);
            if (seen > 0)
            {
                new MatrixPacker(Inputs.Keys + at, 1, Shape.KeyStride).Pack(0, Shape.Width, 0, seen, TKernel.NR, keys);
                AttentionTiles.CopyRows(Inputs.Values + at, Shape.KeyStride, values, seen, Shape.Width, 1);
            }

            for (var head = keyHead * Shape.Sharing; head < (keyHead + 1) * Shape.Sharing; head++)
                for (var query = first; query < last; query += BlockQueries)
                    Block(head, query, Math.Min(BlockQueries, last - query));
        }

        // How many keys a query sees.
        private readonly int Seen(int query) => Shape.IsCausal ? Math.Clamp(position + query + 1 - begin, 0, count) : count;

        private readonly void Block(int head, int first, int rows)
        {
            AttentionTiles.CopyRows(Inputs.Queries + Shape.QueryAt(batch, first, head), Shape.QueryStride, queries, rows, Shape.Width, Shape.Scale);
            new Span<float>(maxima, rows).Fill(float.NegativeInfinity);
            new Span<float>(sums, rows).Clear();
            var seen = Seen(first + rows - 1);
            if (seen == 0)
                new Span<float>(outputs, rows * padded).Clear();
            for (var tile = 0; tile < seen; tile += BlockKeys)
                for (var row = 0; row < rows; row += TKernel.MR)
                    Rows(head, first, row, Math.Min(TKernel.MR, rows - row), tile);

            for (var row = 0; row < rows; row++)
            {
                var isSeen = sums[row] > 0 || float.IsNaN(sums[row]);
                LogSumExp[Shape.NumberAt(batch, first + row, head)] = isSeen ? maxima[row] + MathF.Log(sums[row]) : 0;
                AttentionTiles.StoreRows(
                    outputs + row * padded, Output + Shape.QueryAt(batch, first + row, head), 0, 1, Shape.Width, isSeen ? 1 / sums[row] : 0);
            }
        }

        private readonly void Rows(int head, int first, int row, int rows, int tile)
        {
            var depth = Math.Min(BlockKeys, Seen(first + row + rows - 1) - tile);
            if (depth <= 0)
            {
                if (tile == 0)
                    new Span<float>(outputs + row * padded, rows * padded).Clear();
                return;
            }

            AttentionTiles.Multiply<TKernel>(
                rows, depth, Shape.Width, queries + row * padded, padded, 1, keys + (long)tile * Shape.Width, TKernel.NR * Shape.Width, TKernel.NR, scores, BlockKeys, false);
            for (var i = 0; i < rows; i++)
                Weights(head, first, row + i, tile, depth, scores + i * BlockKeys);
            AttentionTiles.Multiply<TKernel>(
                rows, padded, depth, scores, BlockKeys, 1, values + (long)tile * padded, TKernel.NR, padded, outputs + row * padded, padded, tile > 0);
        }

        private readonly void Weights(int head, int first, int row, int tile, int depth, float* weights)
        {
            var own = Math.Min(depth, Seen(first + row) - tile);
            if (own < depth)
                new Span<float>(weights + Math.Max(0, own), depth - Math.Max(0, own)).Clear();
            if (own <= 0)
                return;
            if (Inputs.Slopes != null)
                AttentionTiles.AddSlope(weights, own, Inputs.Slopes[head], position + first + row - begin - tile);
            var old = maxima[row];
            var max = Math.Max(old, RowReductions.MaxNative(weights, own));
            var sum = RowReductions.StoreExpAndSum(weights, max, weights, own);
            if (tile > 0 && max != old)
            {
                var scale = MathF.Exp(old - max);
                AttentionTiles.Scale(outputs + row * padded, scale, padded);
                sums[row] *= scale;
            }

            maxima[row] = max;
            sums[row] += sum;
            if (Shape.Dropout > 0)
            {
                var element = Shape.NumberAt(batch, first + row, head) * Shape.Keys + begin + tile;
                AttentionTiles.MultiplyRow(weights, AttentionTiles.DropoutFactors(Inputs.Random, Shape.Dropout, element, own, factors), own);
            }
        }
    }
}
