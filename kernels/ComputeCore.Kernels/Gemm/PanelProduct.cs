// A matrix product for processors, on which a work-item is a loop's body and shared memory is only more memory: Goto and van de
// Geijn, "Anatomy of High-Performance Matrix Multiplication" (TOMS 34, 2008), without its blocking of the depth.
//   Pack     brings a factor into panels of 8 or 16 lines, depth by depth, so that what is read together lies together
//   Product  8 x 16 sums per work-item over the whole depth. There is no barrier, so that PoCL keeps the sums in registers, and no
//            test in the loop; LLVM makes vectors of the sixteen columns.
// Bytes beside those of the factors and the result: the panels, written once and read from the caches. On a GPU, whose work-items
// read panels far apart from one another, the kernels of Sgemm are the fast ones.
using ComputeCore.Kernels.Mathematics;
using ILGPU;

namespace ComputeCore.Kernels.Gemm;

/// <summary>Matrix products over panels.</summary>
internal static partial class PanelProduct
{
    /// <summary>
    /// Copies matrices into panels. An element lies at offset + batch · batchStride + line · lineStride + depth / taps · blockStride +
    /// depth % taps. The grid is (depth · width) by panels by batch.
    /// </summary>
    /// <param name="matrix">The matrices.</param>
    /// <param name="panels">[batch, panels, depth, width]; what lies beyond the lines is zero.</param>
    /// <param name="widthLog2">Of the lines of a panel.</param>
    /// <param name="lines">Lines of a matrix.</param>
    /// <param name="depth">Its depth.</param>
    /// <param name="offset">Where the first begins.</param>
    /// <param name="batchStride">Elements from one matrix to the next.</param>
    /// <param name="lineStride">Elements from line to line.</param>
    /// <param name="taps">Depths that lie side by side.</param>
    /// <param name="tapsMultiplier">See <see cref="QuickDivision"/>.</param>
    /// <param name="tapsShift">See <see cref="QuickDivision"/>.</param>
    /// <param name="blockStride">Elements from one run of such depths to the next.</param>
    [Kernel]
    public static void Pack(
        ArrayView<float> matrix,
        ArrayView<float> panels,
        int widthLog2,
        int lines,
        int depth,
        int offset,
        int batchStride,
        int lineStride,
        int taps,
        int tapsMultiplier,
        int tapsShift,
        int blockStride)
    {
        var i = Grid.IdxX * Group.DimX + Group.IdxX;
        var size = depth << widthLog2;
        if (i >= size)
            return;
        var k = i >> widthLog2;
        var line = (Grid.IdxY << widthLog2) + i - (k << widthLog2);
        var block = QuickDivision.Quotient(k, tapsMultiplier, tapsShift);
        var at = offset + Grid.IdxZ * batchStride + line * lineStride + block * blockStride + k - block * taps;
        panels[(Grid.IdxZ * Grid.DimY + Grid.IdxY) * size + i] = Matrix.Element(matrix, at, line < lines);
    }

    /// <summary>
    /// c = left · right (+ bias) (then relu) from panels, whose batches the arguments' strides lead to; the grid is panels of columns by
    /// panels of rows by batch.
    /// </summary>
    [Kernel]
    public static void Product(ArrayView<float> left, ArrayView<float> right, ArrayView<float> bias, ArrayView<float> result, GemmArguments arguments)
    {
        var x = Grid.IdxX * Group.DimX + Group.IdxX;
        var y = Grid.IdxY * Group.DimY + Group.IdxY;
        var column = x * PanelSums.Columns;
        var row = y * PanelSums.Rows;
        if (column >= arguments.Columns || row >= arguments.Rows)
            return;
        var a = Grid.IdxZ * arguments.LeftBatch + y * arguments.Depth * PanelSums.Rows;
        var b = Grid.IdxZ * arguments.RightBatch + x * arguments.Depth * PanelSums.Columns;
        PanelSums sums = default;
        for (var depth = 0; depth < arguments.Depth; depth++)
        {
            sums = PanelSums.Step(sums, left, a, Float16.Load(right, b));
            a += PanelSums.Rows;
            b += PanelSums.Columns;
        }

        var count = arguments.Columns - column;
        var biases = default(Float16);
        if (arguments.HasBias != 0)
            biases = Float16.Load(bias, column, count);
        var at = arguments.ResultOffset + Grid.IdxZ * arguments.ResultBatch + row * arguments.Columns + column;
        var rows = arguments.Rows - row;
        Epilogue.Apply(sums.Row0, biases, arguments.Activation).Store(result, at, count);
        if (rows > 1)
            Epilogue.Apply(sums.Row1, biases, arguments.Activation).Store(result, at + arguments.Columns, count);
        if (rows > 2)
            Epilogue.Apply(sums.Row2, biases, arguments.Activation).Store(result, at + 2 * arguments.Columns, count);
        if (rows > 3)
            Epilogue.Apply(sums.Row3, biases, arguments.Activation).Store(result, at + 3 * arguments.Columns, count);
        if (rows > 4)
            Epilogue.Apply(sums.Row4, biases, arguments.Activation).Store(result, at + 4 * arguments.Columns, count);
        if (rows > 5)
            Epilogue.Apply(sums.Row5, biases, arguments.Activation).Store(result, at + 5 * arguments.Columns, count);
        if (rows > 6)
            Epilogue.Apply(sums.Row6, biases, arguments.Activation).Store(result, at + 6 * arguments.Columns, count);
        if (rows > 7)
            Epilogue.Apply(sums.Row7, biases, arguments.Activation).Store(result, at + 7 * arguments.Columns, count);
    }
}
