using ComputeCore.Kernels.Gemm;
using ComputeCore.Kernels.Mathematics;
using ILGPU;

namespace ComputeCore.Kernels.Attention;

/// <summary>
/// What the kernels of attention are put together from: 32 x 32 tiles of scores by 8 x 8 work-items, 4 x 4 each in registers, and
/// products of such a tile with 32 rows of 64 columns.
/// </summary>
internal static class AttentionTile
{
    /// <summary>Queries, and as many keys, of a tile.</summary>
    public const int Size = 32;

    /// <summary>Columns that a tile is multiplied by at a time.</summary>
    public const int Columns = 64;

    /// <summary>Quads from row to row of a tile in shared memory: one more than it holds, for the sake of banks.</summary>
    public const int Pitch = Size / 4 + 1;

    /// <summary>Quads of shared memory for a tile.</summary>
    public const int Quads = Size * Pitch;

    /// <summary>Quads of shared memory for 32 rows of 64 columns.</summary>
    public const int ColumnQuads = Size * Columns / 4;

    /// <summary>Quads of shared memory for one quad of every work-item.</summary>
    public const int GroupQuads = 64;

    /// <summary>What stands for the maximum of no scores: lower than any, yet finite, so that differences are.</summary>
    public const float Lowest = -1e30f;

    private const int Side = 8;

    /// <summary>Keys that the sequence has.</summary>
    public static int KeyEnd(ArrayView<int> lengths, AttentionShape shape, int head) => shape.HasLengths != 0 ? lengths[head / shape.Heads] : shape.Keys;

    /// <summary>The products of 32 rows of one matrix with 32 rows of another, along their width. Ends with a barrier.</summary>
    public static Accumulator4x4 Scores(
        ArrayView<Float4> leftTile,
        ArrayView<Float4> rightTile,
        ArrayView<float> left,
        int leftOffset,
        int leftRow,
        int leftRows,
        ArrayView<float> right,
        int rightOffset,
        int rightRow,
        int rightRows,
        AttentionShape shape)
    {
        var sum = default(Accumulator4x4);
        for (var depth = 0; depth < shape.Width; depth += Size)
        {
            LoadTransposed(leftTile, left, leftOffset, leftRow, leftRows, depth, shape);
            LoadTransposed(rightTile, right, rightOffset, rightRow, rightRows, depth, shape);
            Group.Barrier();
            sum = Multiply(sum, leftTile, rightTile, Group.IdxX, Pitch);
            Group.Barrier();
        }

        return sum;
    }

    /// <summary>Reads 32 rows of 64 columns into shared memory.</summary>
    public static void LoadColumns(ArrayView<Float4> tile, ArrayView<float> view, int offset, int row, int rows, int column, AttentionShape shape)
    {
        for (var i = Group.IdxY * Side + Group.IdxX; i < ColumnQuads; i += Side * Side)
            tile[i] = Matrix.Load(
                view, shape.Vector != 0, offset, shape.Width, 1, row + i / (Columns / 4), rows, column + i % (Columns / 4) * 4, shape.Width);
    }

    /// <summary>Adds the product of a transposed tile of weights and 32 rows, of which the work-item has four columns.</summary>
    /// <param name="sum">The sums so far: four rows of the tile, four columns.</param>
    /// <param name="weights">The tile, column by column.</param>
    /// <param name="rows">What <see cref="LoadColumns"/> read.</param>
    /// <param name="quad">Which quad of columns.</param>
    public static Accumulator4x4 MultiplyColumns(Accumulator4x4 sum, ArrayView<Float4> weights, ArrayView<Float4> rows, int quad) =>
        Multiply(sum, weights, rows, quad, Columns / 4);

    /// <summary>Puts the work-item's part of a tile into shared memory, column by column.</summary>
    public static void PutTransposed(ArrayView<Float4> tile, Accumulator4x4 part)
    {
        var first = Group.IdxX * 4 * Pitch + Group.IdxY;
        tile[first] = new Float4(part.Row0.X, part.Row1.X, part.Row2.X, part.Row3.X);
        tile[first + Pitch] = new Float4(part.Row0.Y, part.Row1.Y, part.Row2.Y, part.Row3.Y);
        tile[first + 2 * Pitch] = new Float4(part.Row0.Z, part.Row1.Z, part.Row2.Z, part.Row3.Z);
        tile[first + 3 * Pitch] = new Float4(part.Row0.W, part.Row1.W, part.Row2.W, part.Row3.W);
    }

    /// <summary>Scales scores of a query with four keys; those that it does not see become minus infinity.</summary>
    public static Float4 Mask(Float4 scores, int query, int key, int keyEnd, AttentionShape shape) => new(
        Mask(scores.X, query, key, keyEnd, shape),
        Mask(scores.Y, query, key + 1, keyEnd, shape),
        Mask(scores.Z, query, key + 2, keyEnd, shape),
        Mask(scores.W, query, key + 3, keyEnd, shape));

    /// <summary>Scales a score; minus infinity where the query does not see the key.</summary>
    public static float Mask(float score, int query, int key, int keyEnd, AttentionShape shape)
    {
        var seen = query < shape.Queries && key < keyEnd && (shape.Causal == 0 || key <= query + shape.Keys - shape.Queries);
        return seen ? score * shape.Scale : float.NegativeInfinity;
    }

    /// <summary>e to the power of each of four numbers less one number.</summary>
    public static Float4 Exp(Float4 x, float less) => new(
        DeviceMath.Exp(x.X - less), DeviceMath.Exp(x.Y - less), DeviceMath.Exp(x.Z - less), DeviceMath.Exp(x.W - less));

    /// <summary>Stores four columns of a row, those inside of the width.</summary>
    public static void Store(ArrayView<float> view, int offset, int row, int rows, int column, Float4 value, AttentionShape shape)
    {
        if (row < rows && column < shape.Width)
            Quad.Store(view, shape.Vector != 0, offset + row * shape.Width + column, shape.Width - column, value);
    }

    private static void LoadTransposed(ArrayView<Float4> tile, ArrayView<float> view, int offset, int row, int rows, int depth, AttentionShape shape)
    {
        var floats = tile.Cast<float>();
        for (var i = Group.IdxY * Side + Group.IdxX; i < Size * Size / 4; i += Side * Side)
        {
            var line = i / (Size / 4);
            var within = i % (Size / 4) * 4;
            var quad = Matrix.Load(view, shape.Vector != 0, offset, shape.Width, 1, row + line, rows, depth + within, shape.Width);
            var first = within * 4 * Pitch + line;
            floats[first] = quad.X;
            floats[first + 4 * Pitch] = quad.Y;
            floats[first + 8 * Pitch] = quad.Z;
            floats[first + 12 * Pitch] = quad.W;
        }
    }

    private static Accumulator4x4 Multiply(Accumulator4x4 sum, ArrayView<Float4> left, ArrayView<Float4> right, int column, int pitch)
    {
        var step = default(Accumulator4x4);
        for (var i = 0; i < Size; i += 4)
        {
            var row = i * Pitch + Group.IdxY;
            var at = i * pitch + column;
            sum = step.Step(sum, left, row, 0, right, at, 0);
            sum = step.Step(sum, left, row + Pitch, 0, right, at + pitch, 0);
            sum = step.Step(sum, left, row + 2 * Pitch, 0, right, at + 2 * pitch, 0);
            sum = step.Step(sum, left, row + 3 * Pitch, 0, right, at + 3 * pitch, 0);
        }

        return sum;
    }
}
