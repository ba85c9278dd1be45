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
    /// <summary>Bytes of workspace for a product of this shape.</summary>
    public static long WorkspaceBytes(int workers, int m, int n, int k) => GemmDriver.WorkspaceBytes(workers, m, n, k);

    /// <summary>C = activation(op(A) · op(B) (+ C) + bias).</summary>
    public static void Run(WorkerPool? pool, in GemmArguments g, byte* workspace)
    {
        var a = new MatrixPacker(g.A, g.TransposeA ? g.Lda : 1, g.TransposeA ? 1 : g.Lda);
        var b = new MatrixPacker(g.B, g.TransposeB ? 1 : g.Ldb, g.TransposeB ? g.Ldb : 1);
        var c = new MatrixView(g.C, g.Ldc);
        GemmDriver.Run(pool, g.M, g.N, g.K, a, b, c, g.Accumulate, g.Epilogue, workspace);
    }
}
