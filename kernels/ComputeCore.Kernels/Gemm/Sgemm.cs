// Matrix products c = left · right (+ bias) (then relu), for a batch, with any of the two transposed: see GemmArguments for how.
//   Naive      an element of the result per work-item: 2 K loads for 2 K FLOPs. What the others are tested against.
//   Tiled...   tiles in shared memory and registers: see TiledProduct. Their grid is columns by rows by batch times splits.
//   Gather     adds up the parts of a depth that was split among groups, in order.
//   Lines      one output per group, for a vector times a matrix whose lines lie along the depth.
//   Columns    neighbouring outputs per work-item, for a vector times a matrix whose depths lie side by side.
// The last two read a matrix once and compute 2 FLOPs for each 4 bytes: only memory counts.
using ILGPU;

namespace ComputeCore.Kernels.Gemm;

/// <summary>Matrix products.</summary>
internal static partial class Sgemm
{
    /// <summary>Work-items of a group of the kernels for vectors and of <see cref="Gather"/>.</summary>
    public const int GroupSize = 64;

    /// <summary>Parts of the depth in a group of <see cref="ColumnProducts"/>; it has as many columns of work-items.</summary>
    public const int Parts = 8;

    /// <summary>One element per work-item; the grid is columns by rows by batch.</summary>
    [Kernel]
    public static void Naive(ArrayView<float> left, ArrayView<float> right, ArrayView<float> bias, ArrayView<float> result, GemmArguments arguments)
    {
        var column = Grid.IdxX * Group.DimX + Group.IdxX;
        var row = Grid.IdxY * Group.DimY + Group.IdxY;
        var batch = Grid.IdxZ;
        if (column >= arguments.Columns || row >= arguments.Rows)
            return;
        var a = arguments.LeftOffset + batch * arguments.LeftBatch + row * arguments.LeftLine;
        var b = arguments.RightOffset + batch * arguments.RightBatch + column * arguments.RightLine;
        var sum = 0f;
        for (var k = 0; k < arguments.Depth; k++)
            sum = MathF.FusedMultiplyAdd(left[a + k * arguments.LeftDepth], right[b + k * arguments.RightDepth], sum);
        result[arguments.ResultOffset + batch * arguments.ResultBatch + row * arguments.Columns + column] =
            Epilogue.Apply(sum, bias, arguments.HasBias != 0, column, arguments.Activation);
    }

    /// <summary>Tiles of 128 x 128.</summary>
    [Kernel]
    public static void Tiled128x128(ArrayView<float> left, ArrayView<float> right, ArrayView<float> bias, ArrayView<float> result, GemmArguments arguments)
    {
        var leftTile = SharedMemory.Allocate<Float4>(Tile128x128.Quads);
        var rightTile = SharedMemory.Allocate<Float4>(Tile128x128.Quads);
        Tiled<Tile128x128, Accumulator8x8>(leftTile, rightTile, left, right, bias, result, arguments);
    }

    /// <summary>Tiles of 128 x 64.</summary>
    [Kernel]
    public static void Tiled128x64(ArrayView<float> left, ArrayView<float> right, ArrayView<float> bias, ArrayView<float> result, GemmArguments arguments)
    {
        var leftTile = SharedMemory.Allocate<Float4>(Tile128x64.LeftQuads);
        var rightTile = SharedMemory.Allocate<Float4>(Tile128x64.RightQuads);
        Tiled<Tile128x64, Accumulator8x8>(leftTile, rightTile, left, right, bias, result, arguments);
    }

    /// <summary>Tiles of 64 x 64.</summary>
    [Kernel]
    public static void Tiled64x64(ArrayView<float> left, ArrayView<float> right, ArrayView<float> bias, ArrayView<float> result, GemmArguments arguments)
    {
        var leftTile = SharedMemory.Allocate<Float4>(Tile64x64.Quads);
        var rightTile = SharedMemory.Allocate<Float4>(Tile64x64.Quads);
        Tiled<Tile64x64, Accumulator8x8>(leftTile, rightTile, left, right, bias, result, arguments);
    }

    /// <summary>Tiles of 32 x 32.</summary>
    [Kernel]
    public static void Tiled32x32(ArrayView<float> left, ArrayView<float> right, ArrayView<float> bias, ArrayView<float> result, GemmArguments arguments)
    {
        var leftTile = SharedMemory.Allocate<Float4>(Tile32x32.Quads);
        var rightTile = SharedMemory.Allocate<Float4>(Tile32x32.Quads);
        Tiled<Tile32x32, Accumulator4x4>(leftTile, rightTile, left, right, bias, result, arguments);
    }

    /// <summary>
    /// result[i] = the sum of <paramref name="parts"/> parts, one after the other <paramref name="count"/> elements apart, then
    /// the bias of index i / <paramref name="biasStep"/> modulo <paramref name="biases"/> and maybe relu.
    /// </summary>
    [Kernel]
    public static void Gather(ArrayView<float> partial, ArrayView<float> bias, ArrayView<float> result, int offset, int count, int parts, int hasBias, int biasStep, int biases, int relu)
    {
        var i = Grid.IdxX * Group.DimX + Group.IdxX;
        if (i >= count)
            return;
        var sum = partial[i];
        for (var part = 1; part < parts; part++)
            sum += partial[part * count + i];
        result[offset + i] = Epilogue.Apply(sum, bias, hasBias != 0, i / biasStep % biases, relu);
    }

    /// <summary>
    /// A vector times a matrix whose lines lie along the depth: a line per group, grid lines by batch. The left operand is the
    /// matrix; its products with the right one, whose line 0 is the vector, are added up in a tree.
    /// </summary>
    [Kernel]
    public static void LineProducts(ArrayView<float> left, ArrayView<float> right, ArrayView<float> bias, ArrayView<float> result, GemmArguments arguments, int biasStride)
    {
        var sums = SharedMemory.Allocate<float>(GroupSize);
        var item = Group.IdxX;
        var line = Grid.IdxX;
        var batch = Grid.IdxY;
        var a = arguments.LeftOffset + batch * arguments.LeftBatch + line * arguments.LeftLine;
        var b = arguments.RightOffset + batch * arguments.RightBatch;
        var sum = 0f;
        for (var k = item; k < arguments.Depth; k += GroupSize)
            sum = MathF.FusedMultiplyAdd(left[a + k], right[b + k * arguments.RightDepth], sum);
        sums[item] = sum;
        Group.Barrier();
        for (var half = GroupSize / 2; half > 0; half /= 2)
        {
            if (item < half)
                sums[item] += sums[item + half];
            Group.Barrier();
        }

        if (item == 0)
            result[arguments.ResultOffset + batch * arguments.ResultBatch + line] = Epilogue.Apply(sums[0], bias, arguments.HasBias != 0, line * biasStride, arguments.Activation);
    }

    /// <summary>
    /// A vector times a matrix whose lines lie side by side at each depth: a line per work-item, of which the group has
    /// <see cref="GroupSize"/> side by side and <see cref="Parts"/> deep, each for every eighth depth; grid lines by batch.
    /// </summary>
    [Kernel]
    public static void ColumnProducts(ArrayView<float> left, ArrayView<float> right, ArrayView<float> bias, ArrayView<float> result, GemmArguments arguments, int biasStride)
    {
        var sums = SharedMemory.Allocate<float>(GroupSize);
        var lane = Group.IdxX;
        var part = Group.IdxY;
        var line = Grid.IdxX * (GroupSize / Parts) + lane;
        var batch = Grid.IdxY;
        var a = arguments.LeftOffset + batch * arguments.LeftBatch + line;
        var b = arguments.RightOffset + batch * arguments.RightBatch;
        var sum = 0f;
        if (line < arguments.Rows)
            for (var k = part; k < arguments.Depth; k += Parts)
                sum = MathF.FusedMultiplyAdd(left[a + k * arguments.LeftDepth], right[b + k * arguments.RightDepth], sum);
        sums[part * (GroupSize / Parts) + lane] = sum;
        Group.Barrier();
        if (part == 0 && line < arguments.Rows)
        {
            for (var other = 1; other < Parts; other++)
                sum += sums[other * (GroupSize / Parts) + lane];
            result[arguments.ResultOffset + batch * arguments.ResultBatch + line] = Epilogue.Apply(sum, bias, arguments.HasBias != 0, line * biasStride, arguments.Activation);
        }
    }

    private static void Tiled<TTile, TAccumulator>(
        ArrayView<Float4> leftTile, ArrayView<Float4> rightTile, ArrayView<float> left, ArrayView<float> right, ArrayView<float> bias, ArrayView<float> result, GemmArguments arguments)
        where TTile : struct, ITile
        where TAccumulator : struct, IAccumulator<TAccumulator>
    {
        var batch = Grid.IdxZ / arguments.Splits;
        var begin = (Grid.IdxZ - batch * arguments.Splits) * arguments.SplitDepth;
        var end = begin + arguments.SplitDepth < arguments.Depth ? begin + arguments.SplitDepth : arguments.Depth;
        arguments.ResultOffset += (Grid.IdxZ - batch * arguments.Splits) * arguments.SplitStride;
        TiledProduct.Run<TTile, TAccumulator, LeftMatrix, int, RightMatrix, int, ResultMatrix, GemmArguments>(
            leftTile, rightTile, left, right, bias, result, arguments, batch, begin, end);
    }
}
