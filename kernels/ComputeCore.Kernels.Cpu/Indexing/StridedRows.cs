using ComputeCore.Kernels.Cpu.Threading;

namespace ComputeCore.Kernels.Cpu.Indexing;

/// <summary>What to do with a piece of the innermost axis.</summary>
internal interface IRowKernel
{
    /// <summary>Handles <paramref name="count"/> steps along the innermost axis, from the given offsets in elements.</summary>
    void Run(long source, long destination, long count);
}

/// <summary>Runs an <see cref="IRowKernel"/> over all rows of a strided loop in parallel, long rows in pieces.</summary>
internal static class StridedRows
{
    /// <summary>
    /// Runs <paramref name="kernel"/> for every point of <paramref name="outer"/>, along <paramref name="inner"/> in pieces
    /// of at most <paramref name="pieceLength"/>; each step along a row is <paramref name="workPerStep"/> elements of work.
    /// </summary>
    public static void Run<TKernel>(
        WorkerPool pool, TKernel kernel, in StridedDimensions outer, Dimension inner, long pieceLength = 16 * 1024, long workPerStep = 1)
        where TKernel : unmanaged, IRowKernel
    {
        if (inner.Size == 0)
            return;
        pieceLength = Math.Min(pieceLength, inner.Size);
        var piecesPerRow = (inner.Size + pieceLength - 1) / pieceLength;
        var chunks = new Chunks(outer.Count * piecesPerRow, pieceLength * workPerStep);
        pool.For(chunks.Count, new Body<TKernel>
        {
            Kernel = kernel,
            Outer = outer,
            Inner = inner,
            PieceLength = pieceLength,
            PiecesPerRow = piecesPerRow,
            Chunks = chunks,
        });
    }

    private struct Body<TKernel> : IParallelBody
        where TKernel : unmanaged, IRowKernel
    {
        public TKernel Kernel;
        public StridedDimensions Outer;
        public Dimension Inner;
        public long PieceLength;
        public long PiecesPerRow;
        public Chunks Chunks;

        public readonly void Run(int index, int worker)
        {
            var (row, piece) = Math.DivRem(Chunks.Start(index), PiecesPerRow);
            var position = new StridedPosition(Outer, row);
            for (var left = Chunks.End(index) - Chunks.Start(index); left > 0; left--)
            {
                var start = piece * PieceLength;
                Kernel.Run(
                    position.Source + start * Inner.Source,
                    position.Destination + start * Inner.Destination,
                    Math.Min(PieceLength, Inner.Size - start));
                if (++piece == PiecesPerRow)
                {
                    piece = 0;
                    position.Advance(Outer);
                }
            }
        }
    }
}
