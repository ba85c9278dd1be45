// The gradients of attention without the matrix of scores (Dao, "FlashAttention-2", arXiv:2307.08691, 2023, algorithm 2), from the
// log Σ exp(score) = L that the forward pass kept:
//   p = e^(s − L), dv = pᵀ dy, ds = p (dy vᵀ − delta), delta = Σ dy y, dq = scale ds k, dk = scale dsᵀ q
//
//   task    a sequence's key head and all query heads that share it, so that nobody else adds to its dk and dv. Its keys lie there
//           transposed and as they are, its values transposed. Where there are few sequences, queries are cut into slices, each
//           with dk and dv of its own, which are added up in order.
//   block   BlockQueries queries, with their dy and dq, walk over
//   tile    BlockKeys keys: s and dy vᵀ, [BlockQueries, BlockKeys] each, become p and ds; then the other three products.
//
// All five products are the GEMM's micro-kernel, which reads p and ds transposed as they lie. Products are cut where queries stop
// seeing keys. FLOPs 10 T S D; workspace in proportion to S.
using ComputeCore.Kernels.Cpu.Gemm;
using ComputeCore.Kernels.Cpu.RandomNumbers;
using ComputeCore.Kernels.Cpu.Simd;
using ComputeCore.Kernels.Cpu.Threading;

namespace ComputeCore.Kernels.Cpu.Attention;

/// <summary>The gradients of fused attention.</summary>
internal static unsafe class FlashAttentionGradient
{
    private const int BlockQueries = 96;
    private const int BlockKeys = 128;

    // Tasks that are enough for most machines. The cut decides the bits, so it must not depend on the machine.
    private const int EnoughTasks = 8;
    private const int SmallestSlice = 2 * BlockQueries;

    /// <summary>Scratch bytes.</summary>
    public static long WorkspaceBytes(int workers, in AttentionShape shape) =>
        (workers * WorkerFloats(shape) + (Slices(shape) > 1 ? Slices(shape) * SumFloats(shape) * shape.Batch * shape.KeyHeads : 0)) * sizeof(float);

    /// <summary>Writes the gradients of queries, keys and values.</summary>
    public static void Run(WorkerPool pool, in AttentionShape shape, in AttentionInputs inputs, in AttentionGradients gradients, byte* workspace)
    {
        MicroKernels.Run(new Gradient(pool, shape, inputs, gradients, workspace));
    }

    /// <summary>The same with a given micro-kernel.</summary>
    public static void Run<TKernel>(WorkerPool pool, in AttentionShape shape, in AttentionInputs inputs, in AttentionGradients gradients, byte* workspace)
        where TKernel : unmanaged, IMicroKernel
    {
        var slices = Slices(shape);
        var sequences = shape.Batch * shape.KeyHeads;
        var body = new Body<TKernel>
        {
            Shape = shape,
            Inputs = inputs,
            Gradients = gradients,
            Workspace = (float*)workspace,
            WorkerFloats = WorkerFloats(shape),
            Sums = (float*)workspace + pool.Count * WorkerFloats(shape),
            Slices = slices,
        };
        pool.For(sequences * slices, body);
        if (slices > 1)
            pool.For(sequences * KeyBlocks(shape), new SumBody { Shape = shape, Gradients = gradients, Sums = body.Sums, Slices = slices });
    }

    private static int KeyBlocks(in AttentionShape shape) => (shape.Keys + BlockKeys - 1) / BlockKeys;

    private static int Slices(in AttentionShape shape)
    {
        var sequences = Math.Max(1, shape.Batch * shape.KeyHeads);
        return Math.Clamp((EnoughTasks + sequences - 1) / sequences, 1, Math.Max(1, shape.Queries * shape.Sharing / SmallestSlice));
    }

    // dk and dv of a key head.
    private static long SumFloats(in AttentionShape shape) => 2L * shape.Keys * AttentionTiles.Padded(shape.Width);

    private static long PaddedKeys(in AttentionShape shape) => (shape.Keys + 31) / 32 * 32;

    // Keys twice and values, dk and dv; queries, dy and dq of a block, p and ds of a tile, factors of dropout.
    private static long WorkerFloats(in AttentionShape shape)
    {
        var padded = AttentionTiles.Padded(shape.Width);
        return 3 * PaddedKeys(shape) * padded + SumFloats(shape) + 3 * BlockQueries * padded + 2 * BlockQueries * BlockKeys
            + (AttentionTiles.DropoutFloats(BlockKeys) + 31) / 32 * 32;
    }

    private struct Body<TKernel> : IParallelBody
        where TKernel : unmanaged, IMicroKernel
    {
        public AttentionShape Shape;
        public AttentionInputs Inputs;
        public AttentionGradients Gradients;
        public float* Workspace;
        public long WorkerFloats;
        public float* Sums;
        public int Slices;

        private AttentionSequence sequence;

        // The task's own memory.
        private int padded;
        private float* keys;
        private float* transposedKeys;
        private float* transposedValues;
        private float* dk;
        private float* dv;
        private float* queries;
        private float* dy;
        private float* dq;
        private float* weights;
        private float* dscores;
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
            transposedKeys = keys + PaddedKeys(Shape) * padded;
            transposedValues = transposedKeys + PaddedKeys(Shape) * padded;
            dk = transposedValues + PaddedKeys(Shape) * padded;
            queries = dk + SumFloats(Shape);
            dy = queries + BlockQueries * padded;
            dq = dy + BlockQueries * padded;
            weights = dq + BlockQueries * padded;
            dscores = weights + BlockQueries * BlockKeys;
            factors = dscores + BlockQueries * BlockKeys;
            if (Slices > 1)
                dk = Sums + index * SumFloats(Shape);
            dv = dk + (long)Shape.Keys * padded;

            (var number, var slice) = Math.DivRem(index, Slices);
            sequence = new AttentionSequence(Shape, Inputs, number);
            var (batch, keyHead, count) = (sequence.Batch, sequence.KeyHead, sequence.Count);
            new Span<float>(dk, checked((int)SumFloats(Shape))).Clear();
            if (count > 0)
            {
                var at = Shape.KeyAt(batch, sequence.Begin, keyHead);
                new MatrixPacker(Inputs.Keys + at, 1, Shape.KeyStride).Pack(0, Shape.Width, 0, count, TKernel.NR, transposedKeys);
                new MatrixPacker(Inputs.Values + at, 1, Shape.KeyStride).Pack(0, Shape.Width, 0, count, TKernel.NR, transposedValues);
                AttentionTiles.CopyRows(Inputs.Keys + at, Shape.KeyStride, keys, count, Shape.Width, 1);
            }

            // The blocks of all heads, one after the other, in equal parts.
            var blocksPerHead = (Shape.Queries + BlockQueries - 1) / BlockQueries;
            var blocks = blocksPerHead * Shape.Sharing;
            for (var block = (int)((long)blocks * slice / Slices); block < (int)((long)blocks * (slice + 1) / Slices); block++)
            {
                var first = block % blocksPerHead * BlockQueries;
                Block(keyHead * Shape.Sharing + block / blocksPerHead, first, Math.Min(BlockQueries, Shape.Queries - first));
            }

            if (Slices == 1)
            {
                var at = Shape.KeyAt(batch, 0, keyHead);
                AttentionTiles.StoreRows(dk, Gradients.Keys + at, Shape.KeyStride, Shape.Keys, Shape.Width, 1);
                AttentionTiles.StoreRows(dv, Gradients.Values + at, Shape.KeyStride, Shape.Keys, Shape.Width, 1);
            }
        }

        private readonly void Block(int head, int first, int rows)
        {
            var at = Shape.QueryAt(sequence.Batch, first, head);
            AttentionTiles.CopyRows(Inputs.Queries + at, Shape.QueryStride, queries, rows, Shape.Width, Shape.Scale);
            AttentionTiles.CopyRows(Gradients.Output + at, Shape.QueryStride, dy, rows, Shape.Width, 1);
            new Span<float>(dq, rows * padded).Clear();
            var seen = sequence.Seen(first + rows - 1);
            for (var tile = 0; tile < seen; tile += BlockKeys)
            {
                for (var row = 0; row < rows; row += TKernel.MR)
                    Rows(head, first, row, Math.Min(TKernel.MR, rows - row), tile, Math.Min(BlockKeys, seen - tile));
                KeyGradients(first, rows, tile, Math.Min(BlockKeys, seen - tile));
            }

            AttentionTiles.StoreRows(dq, Gradients.Queries + at, Shape.QueryStride, rows, Shape.Width, Shape.Scale);
        }

        // p, ds and dq of MR queries; zeros where they do not see one of the tile's keys.
        private readonly void Rows(int head, int first, int row, int rows, int tile, int tileKeys)
        {
            var depth = Math.Min(tileKeys, sequence.Seen(first + row + rows - 1) - tile);
            var p = weights + row * BlockKeys;
            var ds = dscores + row * BlockKeys;
            if (depth > 0)
            {
                var panel = TKernel.NR * Shape.Width;
                var right = (long)tile * Shape.Width;
                AttentionTiles.Multiply<TKernel>(rows, depth, Shape.Width, queries + row * padded, padded, 1, transposedKeys + right, panel, TKernel.NR, p, BlockKeys, false);
                AttentionTiles.Multiply<TKernel>(rows, depth, Shape.Width, dy + row * padded, padded, 1, transposedValues + right, panel, TKernel.NR, ds, BlockKeys, false);
            }

            for (var i = 0; i < rows; i++)
                ScoreGradients(head, first + row + i, tile, tileKeys, p + i * BlockKeys, ds + i * BlockKeys, dy + (row + i) * padded);
            if (depth > 0)
                AttentionTiles.Multiply<TKernel>(rows, padded, depth, ds, BlockKeys, 1, keys + (long)tile * padded, TKernel.NR, padded, dq + row * padded, padded, true);
        }

        private readonly void ScoreGradients(int head, int query, int tile, int tileKeys, float* p, float* ds, float* ownDy)
        {
            var own = Math.Clamp(sequence.Seen(query) - tile, 0, tileKeys);
            new Span<float>(p + own, tileKeys - own).Clear();
            new Span<float>(ds + own, tileKeys - own).Clear();
            if (own == 0)
                return;
            if (Inputs.Slopes != null)
                AttentionTiles.AddSlope(p, own, Inputs.Slopes[head], sequence.Distance(query) - tile);
            var number = Shape.NumberAt(sequence.Batch, query, head);
            var kept = Shape.Dropout > 0
                ? AttentionTiles.DropoutFactors(Inputs.Random, new DropoutRate(Shape.Dropout), number * Shape.Keys + sequence.Begin + tile, own, factors)
                : null;
            var delta = RowReductions.Dot(ownDy, Gradients.Result + Shape.QueryAt(sequence.Batch, query, head), Shape.Width);
            AttentionTiles.ScoreGradients(p, ds, own, Gradients.LogSumExp[number], delta, kept);
        }

        // dv += pᵀ dy, dk += dsᵀ q, MR keys at a time, from the first query on that sees one of them.
        private readonly void KeyGradients(int first, int rows, int tile, int tileKeys)
        {
            for (var key = 0; key < tileKeys; key += TKernel.MR)
            {
                var skipped = Shape.IsCausal ? Math.Clamp(tile + key - sequence.Distance(first), 0, rows) : 0;
                if (skipped == rows)
                    return;
                var panelKeys = Math.Min(TKernel.MR, tileKeys - key);
                var at = skipped * BlockKeys + key;
                var sum = (long)(sequence.Begin + tile + key) * padded;
                AttentionTiles.Multiply<TKernel>(
                    panelKeys, padded, rows - skipped, weights + at, 1, BlockKeys, dy + skipped * padded, TKernel.NR, padded, dv + sum, padded, true);
                AttentionTiles.Multiply<TKernel>(
                    panelKeys, padded, rows - skipped, dscores + at, 1, BlockKeys, queries + skipped * padded, TKernel.NR, padded, dk + sum, padded, true);
            }
        }
    }

    // Adds up the slices' dk and dv of a block of keys.
    private struct SumBody : IParallelBody
    {
        public AttentionShape Shape;
        public AttentionGradients Gradients;
        public float* Sums;
        public int Slices;

        public readonly void Run(int index, int worker)
        {
            var (sequence, block) = Math.DivRem(index, KeyBlocks(Shape));
            var (batch, keyHead) = Math.DivRem(sequence, Shape.KeyHeads);
            var padded = AttentionTiles.Padded(Shape.Width);
            var first = block * BlockKeys;
            var rows = Math.Min(BlockKeys, Shape.Keys - first);
            var at = Shape.KeyAt(batch, first, keyHead);
            for (var which = 0; which < 2; which++)
            {
                var sum = Sums + sequence * Slices * SumFloats(Shape) + ((long)which * Shape.Keys + first) * padded;
                var add = new Tile { C = sum, Ldc = padded, Accumulate = true };
                for (var slice = 1; slice < Slices; slice++)
                    add.Store(sum + slice * SumFloats(Shape), padded, rows, padded);
                AttentionTiles.StoreRows(sum, (which == 0 ? Gradients.Keys : Gradients.Values) + at, Shape.KeyStride, rows, Shape.Width, 1);
            }
        }
    }

    private readonly struct Gradient(WorkerPool pool, AttentionShape shape, AttentionInputs inputs, AttentionGradients gradients, byte* workspace) : IMicroKernelUser
    {
        public void Run<TKernel>()
            where TKernel : unmanaged, IMicroKernel => FlashAttentionGradient.Run<TKernel>(pool, shape, inputs, gradients, workspace);
    }
}
