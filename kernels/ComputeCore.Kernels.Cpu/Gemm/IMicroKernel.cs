namespace ComputeCore.Kernels.Cpu.Gemm;

/// <summary>
/// The innermost loop of a matrix product: an MR x NR tile of C held in registers, one rank-1 update per k. This is all
/// of the product that knows the instruction set (BLIS: F. G. Van Zee, R. A. van de Geijn, ACM TOMS 41(3), 2015).
/// Every implementation adds the products in order of k with fused multiply-adds, so all give the same bits.
/// </summary>
internal unsafe interface IMicroKernel
{
    /// <summary>Rows of the tile, the width of the left operand's panels.</summary>
    static abstract int MR { get; }

    /// <summary>Columns of the tile, the width of the right operand's panels. A tile of NR / 2 columns can be stored directly, too.</summary>
    static abstract int NR { get; }

    /// <summary>Rows are computed in groups of so many, so a tile of fewer rows than a multiple of it reads beyond them.</summary>
    static abstract int RowGroup { get; }

    /// <summary>tile = a · b. Operands may be packed panels or lie in a matrix.</summary>
    /// <param name="rows">Rows stored, 1 to MR; a is read for the next multiple of <see cref="RowGroup"/>.</param>
    /// <param name="columns">NR or NR / 2, the columns computed and stored.</param>
    /// <param name="depth">The k of this block, 0 or more.</param>
    /// <param name="a">Element (0, 0) of the left operand.</param>
    /// <param name="aRow">Elements between its rows: 1 in a panel.</param>
    /// <param name="aStep">Elements between its k: MR in a panel.</param>
    /// <param name="b">The right operand.</param>
    /// <param name="tile">Where the result goes.</param>
    static abstract void Run<TRight>(int rows, int columns, int depth, float* a, nint aRow, nint aStep, TRight b, Tile* tile)
        where TRight : struct, IRightOperand;
}
