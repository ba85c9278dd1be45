// A product whose operands fit in the L1 and L2 caches and take the micro-kernel a few microseconds, where packing would take
// nearly as long again. The micro-kernel reads A, and B unless it is transposed, where they lie; packed are only a panel of Bᵀ
// at a time and the edges, which it would read beyond.
using System.Runtime.CompilerServices;

namespace ComputeCore.Kernels.Cpu.Gemm;

/// <summary>Small matrix products, on the calling thread.</summary>
internal static unsafe class SmallGemm
{
    private const long MaximumWork = 512 << 10;
    private const int MaximumK = 512;

    /// <summary>Whether this path takes the shape.</summary>
    public static bool Takes(int m, int n, int k) => k <= MaximumK && (double)m * n * k <= MaximumWork;

    /// <summary>Bytes of workspace: a panel of each operand and a tile.</summary>
    public static long WorkspaceBytes(int k) =>
        ((long)(MicroKernels.MR + MicroKernels.NR) * k + MicroKernels.MR * MicroKernels.NR) * sizeof(float);

    /// <summary>Runs the product.</summary>
    public static void Run(in GemmArguments g, byte* workspace) => MicroKernels.Run(new Product(g, workspace));

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Run<TKernel>(in GemmArguments g, byte* workspace)
        where TKernel : unmanaged, IMicroKernel
    {
        int mr = TKernel.MR, nr = TKernel.NR;
        var buffer = (float*)workspace;
        var bPanel = buffer + mr * nr;
        var aPanel = bPanel + nr * g.K;
        nint aRow = g.TransposeA ? 1 : g.Lda, aStep = g.TransposeA ? g.Lda : 1;
        var bPacker = new MatrixPacker(g.B, g.TransposeB ? 1 : g.Ldb, g.TransposeB ? g.Ldb : 1);

        var edge = g.M / mr * mr;
        var edgeIsPacked = (g.M - edge) % TKernel.RowGroup != 0;
        if (edgeIsPacked)
            new MatrixPacker(g.A, aStep, aRow).Pack(0, g.K, edge, g.M - edge, mr, aPanel);

        for (var j = 0; j < g.N; j += nr)
        {
            var columns = Math.Min(nr, g.N - j);
            var computed = columns <= nr / 2 ? nr / 2 : nr;
            var b = g.B + j;
            nint bStep = g.Ldb;
            if (g.TransposeB || columns < computed)
            {
                bPacker.Pack(0, g.K, j, columns, nr, bPanel);
                b = bPanel;
                bStep = nr;
            }

            for (var i = 0; i < g.M; i += mr)
            {
                var rows = Math.Min(mr, g.M - i);
                var target = new Tile
                {
                    C = g.C + (nint)i * g.Ldc + j,
                    Ldc = g.Ldc,
                    Accumulate = g.Accumulate,
                    Epilogue = g.Epilogue.At(i, j),
                };
                var tile = columns == computed ? target : new Tile { C = buffer, Ldc = nr };
                if (i == edge && edgeIsPacked)
                    TKernel.Run(rows, computed, g.K, aPanel, 1, mr, new AdjacentColumns(b, bStep), &tile);
                else
                    TKernel.Run(rows, computed, g.K, g.A + i * aRow, aRow, aStep, new AdjacentColumns(b, bStep), &tile);
                if (columns < computed)
                    target.Store(buffer, nr, rows, columns);
            }
        }
    }

    private readonly struct Product(GemmArguments g, byte* workspace) : IMicroKernelUser
    {
        public void Run<TKernel>()
            where TKernel : unmanaged, IMicroKernel => SmallGemm.Run<TKernel>(g, workspace);
    }
}
