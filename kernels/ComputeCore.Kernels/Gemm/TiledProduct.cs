// The loop that matrix products and convolutions have in common: C = A B in tiles (Volkov, Demmel, "Benchmarking GPUs to Tune
// Dense Linear Algebra", SC 2008; Nath, Tomov, Dongarra, "An Improved MAGMA GEMM for Fermi", 2010).
//
// A group computes one tile of C. It walks along the depth K in steps of D: each work-item fetches one to four quads of each
// operand into registers, adds up the products of the tiles in shared memory, and then stores what it fetched into the other
// buffer, so that the reads from global memory are under way while it computes. One barrier per step.
//
// Shared memory holds both operands depth by depth, so that a work-item reads quads of neighbouring lines. Where D = 8, a row's
// pitch of lines + 12 floats spreads the transposed stores of a warp over all banks; the two quads of a work-item lie
// lines / 2 + 8 floats apart, so that neighbouring work-items read neighbouring quads.
//
// The steps are written out: ILGPU does not unroll, and PoCL would keep the sums in memory at every turn of an inner loop.
//
// Per group and step: D (rows + columns) 4 bytes read, 2 D rows columns FLOPs: 32 FLOPs per byte for 128 x 128 tiles. Registers
// of a work-item with 8 x 8 sums: 64 for sums, 16 for operands, 8 to 32 for what is fetched.
using ILGPU;

namespace ComputeCore.Kernels.Gemm;

/// <summary>Adds up a tile of a product, for any kind of operands and result.</summary>
internal static class TiledProduct
{
    /// <summary>Computes the tile that belongs to the group, over a range of the depth.</summary>
    public static void Run<TTile, TAccumulator, TLeft, TLeftState, TRight, TRightState, TResult, TArguments>(
        ArrayView<Float4> leftTile,
        ArrayView<Float4> rightTile,
        ArrayView<float> left,
        ArrayView<float> right,
        ArrayView<float> bias,
        ArrayView<float> result,
        TArguments arguments,
        int batch,
        int depthBegin,
        int depthEnd)
        where TTile : struct, ITile
        where TAccumulator : struct, IAccumulator<TAccumulator>
        where TLeft : struct, IOperand<TArguments, TLeftState>
        where TLeftState : unmanaged
        where TRight : struct, IOperand<TArguments, TRightState>
        where TRightState : unmanaged
        where TResult : struct, IResult<TArguments>
        where TArguments : unmanaged
    {
        var tile = default(TTile);
        var size = default(TAccumulator).Size;
        var rows = tile.GroupY * size;
        var columns = tile.GroupX * size;
        var items = tile.GroupX * tile.GroupY;
        var item = Group.IdxY * tile.GroupX + Group.IdxX;
        var firstRow = Grid.IdxY * rows;
        var firstColumn = Grid.IdxX * columns;

        // A work-item's first quad of each operand, and where it goes.
        var leftAlong = default(TLeft).AlongDepth(arguments);
        var rightAlong = default(TRight).AlongDepth(arguments);
        var row = firstRow + FirstLine(leftAlong, item, rows, tile.Depth);
        var rowDepth = FirstDepth(leftAlong, item, rows, tile.Depth);
        var column = firstColumn + FirstLine(rightAlong, item, columns, tile.Depth);
        var columnDepth = FirstDepth(rightAlong, item, columns, tile.Depth);
        var leftState = default(TLeft).Start(arguments, batch, row);
        var rightState = default(TRight).Start(arguments, batch, column);

        var a = Fetch<TLeft, TArguments, TLeftState>(left, arguments, leftState, leftAlong, row, depthBegin + rowDepth, depthEnd, rows, items, tile.Depth);
        var b = Fetch<TRight, TArguments, TRightState>(right, arguments, rightState, rightAlong, column, depthBegin + columnDepth, depthEnd, columns, items, tile.Depth);
        Put<TTile>(leftTile, a, leftAlong, 0, row - firstRow, rowDepth, rows, items);
        Put<TTile>(rightTile, b, rightAlong, 0, column - firstColumn, columnDepth, columns, items);
        Group.Barrier();

        var sum = default(TAccumulator);
        var buffer = 0;
        for (var depth = depthBegin; depth < depthEnd; depth += tile.Depth)
        {
            // The last step fetches zeros, so that all steps are alike.
            var next = depth + tile.Depth;
            a = Fetch<TLeft, TArguments, TLeftState>(left, arguments, leftState, leftAlong, row, next + rowDepth, depthEnd, rows, items, tile.Depth);
            b = Fetch<TRight, TArguments, TRightState>(right, arguments, rightState, rightAlong, column, next + columnDepth, depthEnd, columns, items, tile.Depth);

            var leftAt = buffer * tile.Depth * Pitch<TTile>(rows) + Group.IdxY * QuadStride<TTile>(size);
            var rightAt = buffer * tile.Depth * Pitch<TTile>(columns) + Group.IdxX * QuadStride<TTile>(size);
            sum = Steps<TTile, TAccumulator>(sum, leftTile, leftAt, rows, rightTile, rightAt, columns);
            if (tile.Depth == 16)
                sum = Steps<TTile, TAccumulator>(sum, leftTile, leftAt + 8 * Pitch<TTile>(rows), rows, rightTile, rightAt + 8 * Pitch<TTile>(columns), columns);

            buffer = 1 - buffer;
            Put<TTile>(leftTile, a, leftAlong, buffer, row - firstRow, rowDepth, rows, items);
            Put<TTile>(rightTile, b, rightAlong, buffer, column - firstColumn, columnDepth, columns, items);
            Group.Barrier();
        }

        default(TAccumulator).Store<TResult, TArguments>(sum, result, bias, arguments, firstRow + Group.IdxY * size, firstColumn + Group.IdxX * size, batch);
    }

    // Where quads run along the depth, neighbouring work-items take the quads of one line; otherwise those of one depth.
    private static int FirstLine(bool alongDepth, int item, int lines, int depth) => alongDepth ? item / (depth / 4) : item % (lines / 4) * 4;

    private static int FirstDepth(bool alongDepth, int item, int lines, int depth) => alongDepth ? item % (depth / 4) * 4 : item / (lines / 4);

    private static Quads Fetch<TOperand, TArguments, TState>(
        ArrayView<float> view, TArguments arguments, TState state, bool alongDepth, int line, int depth, int depthEnd, int lines, int items, int tileDepth)
        where TOperand : struct, IOperand<TArguments, TState>
        where TArguments : unmanaged
        where TState : unmanaged
    {
        var operand = default(TOperand);
        var count = lines * tileDepth / 4 / items;
        var lineStep = alongDepth ? items / (tileDepth / 4) : 0;
        var depthStep = alongDepth ? 0 : items / (lines / 4);
        Quads quads = default;
        quads.A = operand.Load(view, arguments, state, line, depth, depthEnd);
        if (count > 1)
            quads.B = operand.Load(view, arguments, state, line + lineStep, depth + depthStep, depthEnd);
        if (count > 2)
        {
            quads.C = operand.Load(view, arguments, state, line + 2 * lineStep, depth + 2 * depthStep, depthEnd);
            quads.D = operand.Load(view, arguments, state, line + 3 * lineStep, depth + 3 * depthStep, depthEnd);
        }

        return quads;
    }

    private static void Put<TTile>(ArrayView<Float4> shared, Quads quads, bool alongDepth, int buffer, int line, int depth, int lines, int items)
        where TTile : struct, ITile
    {
        var tileDepth = default(TTile).Depth;
        var count = lines * tileDepth / 4 / items;
        var lineStep = alongDepth ? items / (tileDepth / 4) : 0;
        var depthStep = alongDepth ? 0 : items / (lines / 4);
        var first = buffer * tileDepth + depth;
        PutQuad<TTile>(shared, quads.A, alongDepth, line, first, lines);
        if (count > 1)
            PutQuad<TTile>(shared, quads.B, alongDepth, line + lineStep, first + depthStep, lines);
        if (count > 2)
        {
            PutQuad<TTile>(shared, quads.C, alongDepth, line + 2 * lineStep, first + 2 * depthStep, lines);
            PutQuad<TTile>(shared, quads.D, alongDepth, line + 3 * lineStep, first + 3 * depthStep, lines);
        }
    }

    private static void PutQuad<TTile>(ArrayView<Float4> shared, Float4 quad, bool alongDepth, int line, int depth, int lines)
        where TTile : struct, ITile
    {
        var pitch = Pitch<TTile>(lines);
        var at = depth * pitch + Position<TTile>(line / 4, lines);
        if (alongDepth)
        {
            var floats = shared.Cast<float>();
            var first = 4 * at + line % 4;
            floats[first] = quad.X;
            floats[first + 4 * pitch] = quad.Y;
            floats[first + 8 * pitch] = quad.Z;
            floats[first + 12 * pitch] = quad.W;
        }
        else
        {
            shared[at] = quad;
        }
    }

    private static TAccumulator Steps<TTile, TAccumulator>(
        TAccumulator sum, ArrayView<Float4> left, int leftAt, int rows, ArrayView<Float4> right, int rightAt, int columns)
        where TTile : struct, ITile
        where TAccumulator : struct, IAccumulator<TAccumulator>
    {
        var (p, q) = (Pitch<TTile>(rows), Pitch<TTile>(columns));
        var (r, c) = (Half<TTile>(rows), Half<TTile>(columns));
        var accumulator = default(TAccumulator);
        sum = accumulator.Step(sum, left, leftAt, r, right, rightAt, c);
        sum = accumulator.Step(sum, left, leftAt + p, r, right, rightAt + q, c);
        sum = accumulator.Step(sum, left, leftAt + 2 * p, r, right, rightAt + 2 * q, c);
        sum = accumulator.Step(sum, left, leftAt + 3 * p, r, right, rightAt + 3 * q, c);
        sum = accumulator.Step(sum, left, leftAt + 4 * p, r, right, rightAt + 4 * q, c);
        sum = accumulator.Step(sum, left, leftAt + 5 * p, r, right, rightAt + 5 * q, c);
        sum = accumulator.Step(sum, left, leftAt + 6 * p, r, right, rightAt + 6 * q, c);
        return accumulator.Step(sum, left, leftAt + 7 * p, r, right, rightAt + 7 * q, c);
    }

    /// <summary>Quads from one depth to the next.</summary>
    private static int Pitch<TTile>(int lines)
        where TTile : struct, ITile => default(TTile).Spread ? lines / 4 + 3 : lines / 4;

    /// <summary>Quads from a work-item's first quad to its second.</summary>
    private static int Half<TTile>(int lines)
        where TTile : struct, ITile => default(TTile).Spread ? lines / 8 + 2 : 1;

    /// <summary>Quads from a work-item's first quad to its neighbour's.</summary>
    private static int QuadStride<TTile>(int size)
        where TTile : struct, ITile => default(TTile).Spread ? 1 : size / 4;

    /// <summary>Where a quad of lines lies within its depth.</summary>
    private static int Position<TTile>(int quad, int lines)
        where TTile : struct, ITile => default(TTile).Spread ? quad / 2 + quad % 2 * Half<TTile>(lines) : quad;

    private struct Quads
    {
        public Float4 A;
        public Float4 B;
        public Float4 C;
        public Float4 D;
    }
}
