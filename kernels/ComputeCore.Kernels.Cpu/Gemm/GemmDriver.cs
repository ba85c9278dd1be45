// C[M, N] = A[M, K] · B[K, N] after BLIS: F. G. Van Zee, R. A. van de Geijn, "BLIS: A Framework for Rapidly Instantiating BLAS
// Functionality", ACM TOMS 41(3), 2015, and K. Goto, R. A. van de Geijn, "Anatomy of High-Performance Matrix
// Multiplication", ACM TOMS 34(3), 2008.
//
//   pc   K in blocks of KC      a block of each operand is packed into panels
//   jc   N in blocks of NC      B's block [KC, NC] stays in the L2 cache
//   ic   M in blocks of MC      A's block [MC, KC] is packed into memory of the worker's own
//   ir   MC in panels of MR     A's panel [MR, KC] stays in the L1 cache
//   jr   NC in panels of NR     B's panel [KC, NR] streams from L2; the micro-kernel computes a tile [MR, NR] in registers
//
// BLIS has the last two the other way round. Here, as C is row-major, tiles follow each other along C's rows, which is kinder to
// the prefetchers and the TLB (measured: 5 % at 1024 and 2048), and L2 feeds the larger panel easily.
//
// Parallel tasks lie outside these loops. The smaller operand is packed once for everyone; each task then takes a chunk of the
// larger one, packs it block by block into its worker's own memory, where it stays in cache, and writes its part of C.
// So every element is packed once, and a small product is two parallel loops. Where C is small and K long
// (weight gradients), tasks are slices of K instead, each with its partial C, summed in order.
//
// What to implement to reuse it: an operand is any IPanelPacker (element (k, i) of A is A[i, k], of B is B[k, i]); C is any
// IOutputMatrix. All are unmanaged structs, so that everything is specialised. ImagePixels is an example of both.
using System.Runtime.CompilerServices;
using ComputeCore.Kernels.Cpu.Threading;

namespace ComputeCore.Kernels.Cpu.Gemm;

/// <summary>The matrix product over any operands and output; chooses the micro-kernel for the machine.</summary>
internal static unsafe class GemmDriver
{
    /// <summary>Bytes of workspace that <see cref="Run"/> needs for this shape.</summary>
    public static long WorkspaceBytes(int workers, int m, int n, int k) => WorkspaceBytes(workers, m, n, k, MicroKernels.MR, MicroKernels.NR);

    /// <summary>Bytes of workspace for a given micro-kernel.</summary>
    public static long WorkspaceBytes(int workers, int m, int n, int k, int mr, int nr)
    {
        var plan = new GemmPlan(workers, m, n, k, mr, nr);
        return plan.SharedBytes + (plan.Workers == 1 ? plan.WorkerBytes(mr, nr) : 0);
    }

    /// <summary>C = A · B, or C += A · B, and then the epilogue.</summary>
    /// <param name="pool">Null to run on the calling thread (inside a parallel loop, for instance), with a workspace for one worker.</param>
    /// <param name="m">Rows of A and C.</param>
    /// <param name="n">Columns of B and C.</param>
    /// <param name="k">Columns of A, rows of B; with 0 the product is zero.</param>
    /// <param name="a">A, packed with MR rows to a panel.</param>
    /// <param name="b">B, packed with NR columns to a panel.</param>
    /// <param name="c">Where C lies.</param>
    /// <param name="accumulate">Whether the product is added to what C holds.</param>
    /// <param name="epilogue">What else is done with each element.</param>
    /// <param name="workspace">Scratch, 64-byte aligned.</param>
    public static void Run<TA, TB, TC>(
        WorkerPool? pool, int m, int n, int k, TA a, TB b, TC c, bool accumulate, Epilogue epilogue, byte* workspace)
        where TA : unmanaged, IPanelPacker
        where TB : unmanaged, IPanelPacker
        where TC : unmanaged, IOutputMatrix
    {
        MicroKernels.Run(new Product<TA, TB, TC>(pool, m, n, k, a, b, c, accumulate, epilogue, workspace));
    }

    private readonly struct Product<TA, TB, TC>(
        WorkerPool? pool, int m, int n, int k, TA a, TB b, TC c, bool accumulate, Epilogue epilogue, byte* workspace) : IMicroKernelUser
        where TA : unmanaged, IPanelPacker
        where TB : unmanaged, IPanelPacker
        where TC : unmanaged, IOutputMatrix
    {
        public void Run<TKernel>()
            where TKernel : unmanaged, IMicroKernel =>
            GemmDriver<TKernel, TA, TB, TC>.Run(pool, m, n, k, a, b, c, accumulate, epilogue, workspace);
    }
}

/// <summary>The loops, for one micro-kernel. An instance is one product; the pool's workers share it by pointer.</summary>
internal unsafe struct GemmDriver<TKernel, TA, TB, TC>
    where TKernel : unmanaged, IMicroKernel
    where TA : unmanaged, IPanelPacker
    where TB : unmanaged, IPanelPacker
    where TC : unmanaged, IOutputMatrix
{
    private static int MR => TKernel.MR;

    private static int NR => TKernel.NR;

    // Rows of A, or columns of B, that are packed at a time: some panels, so that rows of memory are read in long pieces, but few where
    // the workers would get unequal parts.
    private readonly int PackedWidth
    {
        get
        {
            var (count, width) = plan.PacksA ? (m, MR) : (n, NR);
            return Math.Clamp(count / (4 * plan.Workers * width), 1, 4) * width;
        }
    }

    // Rows of B that are fetched ahead while they are packed.
    private const int FetchedRows = 12;

    // A B of fewer floats may well be in the caches.
    private const long FetchedB = 512 << 10;

    private GemmPlan plan;
    private int m;
    private int n;
    private int k;
    private TA a;
    private TB b;
    private TC c;
    private bool accumulate;
    private Epilogue epilogue;
    private float* shared;
    private byte* callers;
    private WorkerScratch workers;

    // The part of K that the shared panels hold.
    private int packedBegin;
    private int packedEnd;

    public static void Run(
        WorkerPool? pool, int m, int n, int k, TA a, TB b, TC c, bool accumulate, Epilogue epilogue, byte* workspace)
    {
        if (m == 0 || n == 0)
            return;
        var plan = new GemmPlan(pool?.Count ?? 1, m, n, k, MR, NR);
        var driver = new GemmDriver<TKernel, TA, TB, TC>
        {
            plan = plan,
            m = m,
            n = n,
            k = k,
            a = a,
            b = b,
            c = c,
            accumulate = accumulate,
            epilogue = epilogue,
            shared = (float*)workspace,
            callers = workspace + plan.SharedBytes,
        };
        if (plan.Workers == 1)
            pool = null;
        else
            driver.workers = pool!.Scratch(plan.WorkerBytes(MR, NR));
        if (plan.Slices > 1)
            driver.RunSlices(pool);
        else
            driver.RunChunks(pool);
    }

    private static void For<TBody>(WorkerPool? pool, int count, TBody body)
        where TBody : unmanaged, IParallelBody
    {
        if (pool is not null)
        {
            pool.For(count, body);
            return;
        }

        for (var i = 0; i < count; i++)
            body.Run(i, 0);
    }

    // Parts of the shared operand, each of which meets every chunk of the other.
    private readonly int Groups => Rounding.DivideUp(plan.PacksA ? m : n, plan.Group);

    // One worker has its memory in the workspace: it may be one of a pool, and in the midst of a loop.
    private readonly float* Scratch(int worker) => (float*)(plan.Workers == 1 ? callers : workers.Of(worker));

    private readonly float* TileBuffer(int worker) => Scratch(worker) + plan.StreamedFloats;

    private void RunChunks(WorkerPool? pool)
    {
        var (sharedCount, streamedCount) = plan.PacksA ? (m, n) : (n, m);
        var tasks = Groups * Rounding.DivideUp(streamedCount, plan.Chunk);
        packedBegin = 0;
        do
        {
            packedEnd = Math.Min(k, packedBegin + plan.PackedK);
            fixed (GemmDriver<TKernel, TA, TB, TC>* self = &this)
            {
                // Workers share the packing unless it takes a microsecond or two.
                var small = (long)sharedCount * (packedEnd - packedBegin) < 16 << 10;
                For(small ? null : pool, Rounding.DivideUp(sharedCount, PackedWidth), new PackShared { Driver = self });
                For(pool, tasks, new MultiplyChunk { Driver = self });
            }

            packedBegin = packedEnd;
        }
        while (packedBegin < k);
    }

    // Shared panels: for each block of K, all panels one after the other.
    private readonly float* SharedPanels(int kBegin, int kCount, int begin)
    {
        var padded = plan.PacksA ? Rounding.RoundUp(m, MR) : Rounding.RoundUp(n, NR);
        return shared + (long)(kBegin - packedBegin) * padded + (long)begin * kCount;
    }

    private readonly void PackSharedPanels(int index)
    {
        var begin = index * PackedWidth;
        for (var pc = packedBegin; pc < packedEnd; pc += plan.KC)
        {
            var kc = Math.Min(plan.KC, packedEnd - pc);
            if (plan.PacksA)
                a.Pack(pc, kc, begin, Math.Min(PackedWidth, m - begin), MR, SharedPanels(pc, kc, begin));
            else
                b.Pack(pc, kc, begin, Math.Min(PackedWidth, n - begin), NR, SharedPanels(pc, kc, begin));
        }
    }

    // Where the block of B begins that a worker will multiply after the one at (pc, begin); null where B is small enough for the caches,
    // or there is none.
    private readonly float* Following(int task, int pc, int begin)
    {
        if ((long)k * n < FetchedB)
            return null;
        if (pc + plan.KC < packedEnd)
        {
            b.Locate(pc + plan.KC, begin, out var below, out _, out _);
            return below;
        }

        var following = (task + 1) / Groups * plan.Chunk;
        if (following >= n)
            return null;
        b.Locate(packedBegin, following, out var next, out _, out _);
        return next;
    }

    private readonly void MultiplyChunkOf(int task, int worker)
    {
        var own = Scratch(worker);
        var (sharedCount, streamedCount) = plan.PacksA ? (m, n) : (n, m);
        var sharedBegin = task % Groups * plan.Group;
        var sharedEnd = Math.Min(sharedCount, sharedBegin + plan.Group);
        var begin = task / Groups * plan.Chunk;
        var count = Math.Min(plan.Chunk, streamedCount - begin);
        var pc = packedBegin;
        do
        {
            var kc = Math.Min(plan.KC, packedEnd - pc);
            var add = accumulate || pc > 0;
            var finish = pc + kc == k ? epilogue : default;
            if (plan.PacksA)
            {
                // Rows are packed while the first panel of A passes: where they come from memory, the multiplications hide that.
                var right = new RightBlock { Panels = own };
                if (b.Locate(pc, begin, out right.First, out right.KStep, out right.Step))
                    right.Next = Following(task, pc, begin);
                var whole = right.LiesInRows ? count / NR * NR : 0;
                if (whole < count)
                    b.Pack(pc, kc, begin + whole, count - whole, NR, own + (nint)whole * kc);
                var mine = SharedPanels(pc, kc, sharedBegin);
                MultiplyBlock(sharedBegin, sharedEnd - sharedBegin, begin, count, kc, mine, right, c, add, finish, TileBuffer(worker));
            }
            else
            {
                a.Pack(pc, kc, begin, count, MR, own);
                for (var jc = sharedBegin; jc < sharedEnd; jc += plan.NC)
                {
                    var nc = Math.Min(plan.NC, sharedEnd - jc);
                    MultiplyBlock(begin, count, jc, nc, kc, own, new RightBlock { Panels = SharedPanels(pc, kc, jc) }, c, add, finish, TileBuffer(worker));
                }
            }

            pc += kc;
        }
        while (pc < packedEnd);
    }

    private void RunSlices(WorkerPool? pool)
    {
        fixed (GemmDriver<TKernel, TA, TB, TC>* self = &this)
        {
            For(pool, plan.Slices, new MultiplySlice { Driver = self });
            For(pool, m, new SumSlices { Driver = self });
        }
    }

    private readonly void MultiplySliceOf(int slice, int worker)
    {
        var ownA = Scratch(worker);
        var ownB = ownA + (long)Rounding.RoundUp(m, MR) * plan.KC;
        var partial = new MatrixView(shared + (long)slice * m * n, n);
        var begin = slice * plan.SliceK;
        var end = Math.Min(k, begin + plan.SliceK);
        for (var pc = begin; pc < end; pc += plan.KC)
        {
            var kc = Math.Min(plan.KC, end - pc);
            a.Pack(pc, kc, 0, m, MR, ownA);
            for (var jc = 0; jc < n; jc += plan.NC)
            {
                var nc = Math.Min(plan.NC, n - jc);
                b.Pack(pc, kc, jc, nc, NR, ownB);
                MultiplyBlock(0, m, jc, nc, kc, ownA, new RightBlock { Panels = ownB }, partial, pc > begin, default, TileBuffer(worker));
            }
        }
    }

    private readonly void SumRow(int row)
    {
        var sum = shared + (long)row * n;
        var add = new Tile { C = sum, Accumulate = true };
        for (var slice = 1; slice < plan.Slices; slice++)
            add.Store(sum + (long)slice * m * n, 0, 1, n);
        StoreRuns(sum, n, row, 1, 0, n, c, accumulate, epilogue);
    }

    // The macro-kernel: ir and jr. Where there are rows of B, the first of A's panels reads its whole tiles from them and fills B's; while
    // the next ones pass, what B's next block consists of is fetched.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void MultiplyBlock<TOutput>(
        int ic, int mc, int jc, int nc, int kc, float* aPanels, in RightBlock right, in TOutput output, bool accumulate, in Epilogue epilogue, float* buffer)
        where TOutput : unmanaged, IOutputMatrix
    {
        for (var ir = 0; ir < mc; ir += MR)
        {
            var rows = Math.Min(MR, mc - ir);
            var a = aPanels + (long)ir * kc;
            var part = ir / MR - 1;
            for (var jr = 0; jr < nc; jr += NR)
            {
                var columns = Math.Min(NR, nc - jr);
                var computed = columns <= NR / 2 ? NR / 2 : NR;
                var b = right.Panels + (long)jr * kc;
                var target = output.Locate(ic + ir, jc + jr, out var run);
                var isDirect = columns == computed && run >= columns;
                var tile = isDirect
                    ? new Tile { C = target, Ldc = output.RowStride, Accumulate = accumulate, Epilogue = epilogue.At(ic + ir, jc + jr) }
                    : new Tile { C = buffer, Ldc = NR };
                if (right.LiesInRows && ir == 0 && columns == NR)
                    TKernel.Run(rows, NR, kc, a, 1, MR, new PackingColumns(right.First + jr, right.KStep, b, FetchedRows * right.KStep), &tile);
                else if (right.Next != null && columns == NR && part >= 0 && part < CacheLines.Parts(NR))
                    TKernel.Run(rows, NR, kc, a, 1, MR, new FetchingColumns(b, CacheLines.OfPart(part, right.Next + jr * right.Step, right.KStep, right.Step, kc, NR)), &tile);
                else
                    TKernel.Run(rows, computed, kc, a, 1, MR, new AdjacentColumns(b, NR), &tile);
                if (!isDirect)
                    StoreRuns(buffer, NR, ic + ir, rows, jc + jr, columns, output, accumulate, epilogue);
            }
        }
    }

    private static void StoreRuns<TOutput>(
        float* source, nint sourceStride, int row, int rows, int column, int columns, in TOutput output, bool accumulate, in Epilogue epilogue)
        where TOutput : unmanaged, IOutputMatrix
    {
        for (var end = column + columns; column < end;)
        {
            var target = output.Locate(row, column, out var run);
            run = Math.Min(run, end - column);
            var tile = new Tile { C = target, Ldc = output.RowStride, Accumulate = accumulate, Epilogue = epilogue.At(row, column) };
            tile.Store(source, sourceStride, rows, run);
            source += run;
            column += run;
        }
    }

    // A block of B: its panels, and where it lies in memory if it lies there as a matrix.
    private struct RightBlock
    {
        public float* Panels;

        // x(k, i) of the block is First[k · KStep + i · Step].
        public float* First;
        public nint KStep;
        public nint Step;

        // The block that the worker multiplies next, if it is worth fetching.
        public float* Next;

        public readonly bool LiesInRows => First != null && Step == 1;
    }

    private struct PackShared : IParallelBody
    {
        public GemmDriver<TKernel, TA, TB, TC>* Driver;

        public readonly void Run(int index, int worker) => Driver->PackSharedPanels(index);
    }

    private struct MultiplyChunk : IParallelBody
    {
        public GemmDriver<TKernel, TA, TB, TC>* Driver;

        public readonly void Run(int index, int worker) => Driver->MultiplyChunkOf(index, worker);
    }

    private struct MultiplySlice : IParallelBody
    {
        public GemmDriver<TKernel, TA, TB, TC>* Driver;

        public readonly void Run(int index, int worker) => Driver->MultiplySliceOf(index, worker);
    }

    private struct SumSlices : IParallelBody
    {
        public GemmDriver<TKernel, TA, TB, TC>* Driver;

        public readonly void Run(int index, int worker) => Driver->SumRow(index);
    }
}
