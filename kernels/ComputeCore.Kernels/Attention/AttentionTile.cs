// What the kernels of attention are put together from. A group of 8 x 8 work-items has a tile of 32 queries by 32 keys; work-item
// (x, y) has queries 4 y to 4 y + 3 and keys 4 x to 4 x + 3 of it in registers.
//
// Everything in shared memory lies row by row in quads, so that all of its reads and writes are 16 bytes wide. Eight neighbouring
// work-items, whose 16 bytes are served at once, read
//   rows of the left factor, and weights    one quad, which is broadcast
//   rows of the right factor                eight rows at one depth: the rows 4 x + c lie in places x + 8 c, 9 quads apart, and so
//                                           in different banks
//   columns                                 eight neighbouring quads
using ComputeCore.Kernels.Gemm;
using ILGPU;

namespace ComputeCore.Kernels.Attention;

/// <summary>Four rows of four numbers.</summary>
internal struct Block4x4
{
    public Float4 Row0;
    public Float4 Row1;
    public Float4 Row2;
    public Float4 Row3;
}

/// <summary>Four rows of two quads, eight quads apart.</summary>
internal struct Block4x8
{
    public Block4x4 Low;
    public Block4x4 High;
}

/// <summary>Tiles of scores, and their products with rows.</summary>
internal static class AttentionTile
{
    /// <summary>Queries of a tile, and as many keys.</summary>
    public const int Size = 32;

    /// <summary>Columns that a tile is multiplied by at a time.</summary>
    public const int Columns = 64;

    /// <summary>Quads of shared memory for a tile.</summary>
    public const int Quads = Size * Pitch;

    /// <summary>Quads of shared memory for 32 rows of 64 columns.</summary>
    public const int ColumnQuads = Size * ColumnPitch;

    /// <summary>Quads of shared memory for one quad of every work-item.</summary>
    public const int GroupQuads = Side * Side;

    /// <summary>Work-items along each dimension of a group.</summary>
    public const int Side = 8;

    private const int Pitch = Size / 4 + 1;
    private const int ColumnPitch = Columns / 4;

    /// <summary>The products of 32 rows of one matrix with 32 rows of another, along their width. Ends with a barrier.</summary>
    public static Block4x4 Products(
        ArrayView<Float4> leftTile,
        ArrayView<Float4> rightTile,
        ArrayView<float> left,
        HeadRows leftRows,
        int leftRow,
        ArrayView<float> right,
        HeadRows rightRows,
        int rightRow,
        AttentionShape shape)
    {
        Block4x4 sum = default;
        var line = Group.IdxY;
        var quad = Group.IdxX;
        for (var depth = 0; depth < shape.Width; depth += Size)
        {
            var column = depth + quad * 4;
            var (a, b) = (Load(left, leftRows, leftRow + line, column, shape), Load(left, leftRows, leftRow + line + 8, column, shape));
            var (c, d) = (Load(left, leftRows, leftRow + line + 16, column, shape), Load(left, leftRows, leftRow + line + 24, column, shape));
            var (e, f) = (Load(right, rightRows, rightRow + line, column, shape), Load(right, rightRows, rightRow + line + 8, column, shape));
            var (g, h) = (Load(right, rightRows, rightRow + line + 16, column, shape), Load(right, rightRows, rightRow + line + 24, column, shape));
            leftTile[line * Pitch + quad] = a;
            leftTile[(line + 8) * Pitch + quad] = b;
            leftTile[(line + 16) * Pitch + quad] = c;
            leftTile[(line + 24) * Pitch + quad] = d;
            rightTile[Place(line) * Pitch + quad] = e;
            rightTile[Place(line + 8) * Pitch + quad] = f;
            rightTile[Place(line + 16) * Pitch + quad] = g;
            rightTile[Place(line + 24) * Pitch + quad] = h;
            Group.Barrier();
            for (var i = 0; i < Size / 4; i += 4)
            {
                sum = ProductStep(sum, leftTile, rightTile, i);
                sum = ProductStep(sum, leftTile, rightTile, i + 1);
                sum = ProductStep(sum, leftTile, rightTile, i + 2);
                sum = ProductStep(sum, leftTile, rightTile, i + 3);
            }

            Group.Barrier();
        }

        return sum;
    }

    /// <summary>Puts the work-item's part of a tile into shared memory.</summary>
    public static void Put(ArrayView<Float4> tile, Block4x4 part)
    {
        var at = Group.IdxY * 4 * Pitch + Group.IdxX;
        tile[at] = part.Row0;
        tile[at + Pitch] = part.Row1;
        tile[at + 2 * Pitch] = part.Row2;
        tile[at + 3 * Pitch] = part.Row3;
    }

    /// <summary>Reads 32 rows of 64 columns into shared memory.</summary>
    public static void LoadColumns(ArrayView<Float4> tile, ArrayView<float> view, HeadRows rows, int row, int column, AttentionShape shape)
    {
        var item = Group.IdxY * Side + Group.IdxX;
        var line = item / ColumnPitch;
        var at = column + item % ColumnPitch * 4;
        for (var i = 0; i < Size; i += 16)
        {
            var (a, b) = (Load(view, rows, row + i + line, at, shape), Load(view, rows, row + i + line + 4, at, shape));
            var (c, d) = (Load(view, rows, row + i + line + 8, at, shape), Load(view, rows, row + i + line + 12, at, shape));
            var first = i * ColumnPitch + item;
            tile[first] = a;
            tile[first + 4 * ColumnPitch] = b;
            tile[first + 8 * ColumnPitch] = c;
            tile[first + 12 * ColumnPitch] = d;
        }
    }

    /// <summary>Adds tile · rows: four rows of the result, those of the work-item's queries, and quads x and x + 8 of the columns.</summary>
    public static Block4x8 MultiplyRows(Block4x8 sum, ArrayView<Float4> tile, ArrayView<Float4> rows)
    {
        for (var i = 0; i < Size / 4; i++)
        {
            var at = Group.IdxY * 4 * Pitch + i;
            var (a, b, c, d) = (tile[at], tile[at + Pitch], tile[at + 2 * Pitch], tile[at + 3 * Pitch]);
            var row = i * 4 * ColumnPitch + Group.IdxX;
            sum = AddOuter(sum, new Float4(a.X, b.X, c.X, d.X), rows[row], rows[row + 8]);
            sum = AddOuter(sum, new Float4(a.Y, b.Y, c.Y, d.Y), rows[row + ColumnPitch], rows[row + ColumnPitch + 8]);
            sum = AddOuter(sum, new Float4(a.Z, b.Z, c.Z, d.Z), rows[row + 2 * ColumnPitch], rows[row + 2 * ColumnPitch + 8]);
            sum = AddOuter(sum, new Float4(a.W, b.W, c.W, d.W), rows[row + 3 * ColumnPitch], rows[row + 3 * ColumnPitch + 8]);
        }

        return sum;
    }

    /// <summary>Adds tileᵀ · rows: rows 4 y to 4 y + 3 of the result, those of keys, and quads x and x + 8 of the columns.</summary>
    public static Block4x8 MultiplyTransposed(Block4x8 sum, ArrayView<Float4> tile, ArrayView<Float4> rows)
    {
        for (var i = 0; i < Size; i += 4)
        {
            var at = i * Pitch + Group.IdxY;
            var row = i * ColumnPitch + Group.IdxX;
            sum = AddOuter(sum, tile[at], rows[row], rows[row + 8]);
            sum = AddOuter(sum, tile[at + Pitch], rows[row + ColumnPitch], rows[row + ColumnPitch + 8]);
            sum = AddOuter(sum, tile[at + 2 * Pitch], rows[row + 2 * ColumnPitch], rows[row + 2 * ColumnPitch + 8]);
            sum = AddOuter(sum, tile[at + 3 * Pitch], rows[row + 3 * ColumnPitch], rows[row + 3 * ColumnPitch + 8]);
        }

        return sum;
    }

    /// <summary>Four numbers of a row; zeros where there are none.</summary>
    public static Float4 Load(ArrayView<float> view, HeadRows rows, int row, int column, AttentionShape shape) =>
        Matrix.Load(view, shape.IsVector, rows.Offset, rows.Stride, 1, row, rows.Count, column, shape.Width);

    /// <summary>Stores the work-item's four rows of 64 columns, those inside of the rows and of the width.</summary>
    public static void Store(ArrayView<float> view, HeadRows rows, int row, int column, Block4x8 block, AttentionShape shape)
    {
        StoreBlock(view, rows, row, column + Group.IdxX * 4, block.Low, shape);
        StoreBlock(view, rows, row, column + Group.IdxX * 4 + Columns / 2, block.High, shape);
    }

    private static void StoreBlock(ArrayView<float> view, HeadRows rows, int row, int column, Block4x4 block, AttentionShape shape)
    {
        StoreQuad(view, rows, row, column, block.Row0, shape);
        StoreQuad(view, rows, row + 1, column, block.Row1, shape);
        StoreQuad(view, rows, row + 2, column, block.Row2, shape);
        StoreQuad(view, rows, row + 3, column, block.Row3, shape);
    }

    private static void StoreQuad(ArrayView<float> view, HeadRows rows, int row, int column, Float4 value, AttentionShape shape)
    {
        if (row < rows.Count && column < shape.Width)
            Quad.Store(view, shape.IsVector, rows.Offset + row * rows.Stride + column, shape.Width - column, value);
    }

    // Where a row of the right factor lies.
    private static int Place(int row) => row % 4 * Side + row / 4;

    private static Block4x4 ProductStep(Block4x4 sum, ArrayView<Float4> left, ArrayView<Float4> right, int depth)
    {
        var row = Group.IdxY * 4 * Pitch + depth;
        var place = Group.IdxX * Pitch + depth;
        var (k0, k1) = (right[place], right[place + Side * Pitch]);
        var (k2, k3) = (right[place + 2 * Side * Pitch], right[place + 3 * Side * Pitch]);
        sum.Row0 = AddDots(left[row], k0, k1, k2, k3, sum.Row0);
        sum.Row1 = AddDots(left[row + Pitch], k0, k1, k2, k3, sum.Row1);
        sum.Row2 = AddDots(left[row + 2 * Pitch], k0, k1, k2, k3, sum.Row2);
        sum.Row3 = AddDots(left[row + 3 * Pitch], k0, k1, k2, k3, sum.Row3);
        return sum;
    }

    private static Float4 AddDots(Float4 q, Float4 k0, Float4 k1, Float4 k2, Float4 k3, Float4 sum) =>
        new(AddDot(q, k0, sum.X), AddDot(q, k1, sum.Y), AddDot(q, k2, sum.Z), AddDot(q, k3, sum.W));

    private static float AddDot(Float4 a, Float4 b, float sum)
    {
        sum = MathF.FusedMultiplyAdd(a.X, b.X, sum);
        sum = MathF.FusedMultiplyAdd(a.Y, b.Y, sum);
        sum = MathF.FusedMultiplyAdd(a.Z, b.Z, sum);
        return MathF.FusedMultiplyAdd(a.W, b.W, sum);
    }

    private static Block4x8 AddOuter(Block4x8 sum, Float4 factors, Float4 low, Float4 high)
    {
        sum.Low = AddOuter(sum.Low, factors, low);
        sum.High = AddOuter(sum.High, factors, high);
        return sum;
    }

    private static Block4x4 AddOuter(Block4x4 sum, Float4 factors, Float4 row)
    {
        sum.Row0 = Float4.MultiplyAdd(factors.X, row, sum.Row0);
        sum.Row1 = Float4.MultiplyAdd(factors.Y, row, sum.Row1);
        sum.Row2 = Float4.MultiplyAdd(factors.Z, row, sum.Row2);
        sum.Row3 = Float4.MultiplyAdd(factors.W, row, sum.Row3);
        return sum;
    }
}
