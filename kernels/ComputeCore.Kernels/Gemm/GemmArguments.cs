namespace ComputeCore.Kernels.Gemm;

/// <summary>
/// The scalars of a matrix product c = left · right for a batch of matrices. An element of an operand lies at
/// Offset + batch · Batch + line · Line + depth · Depth, where lines are the left's rows and the right's columns; one of the two
/// strides is 1. So the four transpositions are four pairs of strides.
/// </summary>
internal struct GemmArguments
{
    public int Rows;
    public int Columns;
    public int Depth;

    public int LeftOffset;
    public int LeftBatch;
    public int LeftLine;
    public int LeftDepth;

    /// <summary>1 where the left's quads are aligned and never straddle its edge.</summary>
    public int LeftVector;

    public int RightOffset;
    public int RightBatch;
    public int RightLine;
    public int RightDepth;

    /// <summary>1 where the right's quads are aligned and never straddle its edge.</summary>
    public int RightVector;

    public int ResultOffset;
    public int ResultBatch;

    /// <summary>1 where the result's quads are aligned and never straddle its edge.</summary>
    public int ResultVector;

    /// <summary>How many groups share the depth; each writes sums of its own, one matrix after the other.</summary>
    public int Splits;

    /// <summary>The depth that each of them takes: a multiple of 16.</summary>
    public int SplitDepth;

    /// <summary>Elements from one part's sums to the next part's.</summary>
    public int SplitStride;

    /// <summary>1 where a number per column is added.</summary>
    public int HasBias;

    /// <summary>1 where what is below zero becomes zero, 2 where what is above six becomes six, too.</summary>
    public int Activation;

    /// <summary>The arguments for matrices that lie densely one after the other.</summary>
    /// <param name="rows">Rows of the result.</param>
    /// <param name="columns">Columns of the result.</param>
    /// <param name="depth">What is summed over.</param>
    /// <param name="transposeLeft">Whether the left is depth by rows.</param>
    /// <param name="transposeRight">Whether the right is columns by depth.</param>
    /// <param name="leftBatch">Elements from one left matrix to the next; 0 if there is one for all.</param>
    /// <param name="rightBatch">Elements from one right matrix to the next; 0 if there is one for all.</param>
    public static GemmArguments Of(int rows, int columns, int depth, bool transposeLeft, bool transposeRight, int leftBatch, int rightBatch) => new()
    {
        Rows = rows,
        Columns = columns,
        Depth = depth,
        LeftBatch = leftBatch,
        LeftLine = transposeLeft ? 1 : depth,
        LeftDepth = transposeLeft ? rows : 1,
        LeftVector = IsVector(transposeLeft ? rows : depth, leftBatch),
        RightBatch = rightBatch,
        RightLine = transposeRight ? depth : 1,
        RightDepth = transposeRight ? 1 : columns,
        RightVector = IsVector(transposeRight ? depth : columns, rightBatch),
        ResultBatch = rows * columns,
        ResultVector = IsVector(columns, 0),
        Splits = 1,
        SplitDepth = depth,
    };

    /// <summary>The same product of matrices that begin elsewhere.</summary>
    public readonly GemmArguments At(int left, int right, int result) => this with
    {
        LeftOffset = left,
        LeftVector = left % 4 == 0 ? LeftVector : 0,
        RightOffset = right,
        RightVector = right % 4 == 0 ? RightVector : 0,
        ResultOffset = result,
        ResultVector = result % 4 == 0 ? ResultVector : 0,
    };

    private static int IsVector(int run, int batch) => run > 0 && run % 4 == 0 && batch % 4 == 0 ? 1 : 0;
}
