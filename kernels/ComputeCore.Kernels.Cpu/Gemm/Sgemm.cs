using ComputeCore.Kernels.Cpu.Threading;

namespace ComputeCore.Kernels.Cpu.Gemm;

/// <summary>The matrices of C[M, N] = op(A) · op(B), all row-major; op is the identity or the transpose.</summary>
internal unsafe struct GemmArguments
{
    /// <summary>Rows of op(A) and C.</summary>
    public int M;

    /// <summary>Columns of op(B) and C.</summary>
    public int N;

    /// <summary>Columns of op(A), rows of op(B).</summary>
    public int K;

    /// <summary>A, [M, K] or, transposed, [K, M].</summary>
    public float* A;

    /// <summary>Elements between A's rows.</summary>
    public int Lda;

    /// <summary>Whether op(A) = Aᵀ.</summary>
    public bool TransposeA;

    /// <summary>B, [K, N] or, transposed, [N, K].</summary>
    public float* B;

    /// <summary>Elements between B's rows.</summary>
    public int Ldb;

    /// <summary>Whether op(B) = Bᵀ.</summary>
    public bool TransposeB;

    /// <summary>C, [M, N].</summary>
    public float* C;

    /// <summary>Elements between C's rows.</summary>
    public int Ldc;

    /// <summary>Whether the product is added to what C holds.</summary>
    public bool Accumulate;

    /// <summary>What else is done with each element of C.</summary>
    public Epilogue Epilogue;
}

/// <summary>The single-precision matrix product.</summary>
internal static unsafe class Sgemm
{
    // Above this many multiply-adds a product of a batch is spread over the workers itself; below, the workers share the batch.
    private const double LargeWork = 16 << 20;

    /// <summary>Bytes of workspace for a product of this shape.</summary>
    public static long WorkspaceBytes(int workers, int m, int n, int k) =>
        SkinnyGemm.Takes(m, n) ? SkinnyGemm.WorkspaceBytes(m, n, k)
        : SmallGemm.Takes(m, n, k) ? SmallGemm.WorkspaceBytes(k)
        : GemmDriver.WorkspaceBytes(workers, m, n, k);

    /// <summary>C = activation(op(A) · op(B) (+ C) + bias).</summary>
    /// <param name="pool">Null to run on the calling thread, with a workspace for one worker.</param>
    /// <param name="g">The matrices.</param>
    /// <param name="workspace"><see cref="WorkspaceBytes"/> bytes, 64-byte aligned.</param>
    public static void Run(WorkerPool? pool, in GemmArguments g, byte* workspace)
    {
        if (SkinnyGemm.Takes(g.M, g.N))
        {
            SkinnyGemm.Run(pool, g, workspace);
            return;
        }

        if (SmallGemm.Takes(g.M, g.N, g.K))
        {
            SmallGemm.Run(g, workspace);
            return;
        }

        var a = new MatrixPacker(g.A, g.TransposeA ? g.Lda : 1, g.TransposeA ? 1 : g.Lda);
        var b = new MatrixPacker(g.B, g.TransposeB ? 1 : g.Ldb, g.TransposeB ? g.Ldb : 1);
        var c = new MatrixView(g.C, g.Ldc);
        GemmDriver.Run(pool, g.M, g.N, g.K, a, b, c, g.Accumulate, g.Epilogue, workspace);
    }

    /// <summary>Bytes of workspace for a batch of products of this shape.</summary>
    public static long BatchedWorkspaceBytes(int workers, int batch, int m, int n, int k) =>
        SharesBatch(workers, batch, m, n, k)
            ? workers * SerialWorkspaceBytes(m, n, k)
            : WorkspaceBytes(workers, m, n, k);

    /// <summary>
    /// <paramref name="batch"/> products of one shape, whose matrices lie the given numbers of elements apart (0 for an operand that
    /// all share). Biases are shared.
    /// </summary>
    public static void RunBatched(
        WorkerPool pool, in GemmArguments g, int batch, long strideA, long strideB, long strideC, byte* workspace)
    {
        var body = new BatchBody
        {
            Arguments = g,
            StrideA = strideA,
            StrideB = strideB,
            StrideC = strideC,
            Workspace = workspace,
            WorkspaceBytes = SerialWorkspaceBytes(g.M, g.N, g.K),
        };
        if (SharesBatch(pool.Count, batch, g.M, g.N, g.K))
        {
            pool.For(batch, body);
            return;
        }

        for (var i = 0; i < batch; i++)
            Run(pool, body.At(i), workspace);
    }

    private static bool SharesBatch(int workers, int batch, int m, int n, int k) =>
        batch >= workers && ((double)m * n * k < LargeWork || batch >= 8 * workers);

    // A multiple of two cache lines.
    private static long SerialWorkspaceBytes(int m, int n, int k) => (WorkspaceBytes(1, m, n, k) + 127) / 128 * 128;

    private struct BatchBody : IParallelBody
    {
        public GemmArguments Arguments;
        public long StrideA;
        public long StrideB;
        public long StrideC;
        public byte* Workspace;
        public long WorkspaceBytes;

        public readonly GemmArguments At(int index)
        {
            var g = Arguments;
            g.A += index * StrideA;
            g.B += index * StrideB;
            g.C += index * StrideC;
            return g;
        }

        public readonly void Run(int index, int worker) => Sgemm.Run(null, At(index), Workspace + worker * WorkspaceBytes);
    }
}
