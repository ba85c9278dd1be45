using ILGPU;

namespace ComputeCore.Kernels.Gemm;

/// <summary>Reads quads of matrices.</summary>
internal static class Matrix
{
    /// <summary>Four depths of a line, or four lines at one depth, whichever lie side by side.</summary>
    /// <param name="view">The memory.</param>
    /// <param name="vector">Whether quads are aligned and wholly inside or outside.</param>
    /// <param name="offset">Where the matrix begins.</param>
    /// <param name="lineStride">Elements from line to line.</param>
    /// <param name="depthStride">Elements from depth to depth.</param>
    /// <param name="line">The first line.</param>
    /// <param name="lines">Lines of the matrix.</param>
    /// <param name="depth">The first depth.</param>
    /// <param name="depthEnd">The end of the depth.</param>
    public static Float4 Load(ArrayView<float> view, bool vector, int offset, int lineStride, int depthStride, int line, int lines, int depth, int depthEnd)
    {
        var at = offset + line * lineStride + depth * depthStride;
        var inside = line < lines && depth < depthEnd;
        if (vector)
        {
            var quad = view.Cast<Float4>()[inside ? at / 4 : 0];
            return new Float4(inside ? quad.X : 0, inside ? quad.Y : 0, inside ? quad.Z : 0, inside ? quad.W : 0);
        }

        var left = depthStride == 1 ? depthEnd - depth : lines - line;
        return new Float4(
            Element(view, at, inside),
            Element(view, at + 1, inside && left > 1),
            Element(view, at + 2, inside && left > 2),
            Element(view, at + 3, inside && left > 3));
    }

    /// <summary>An element, or zero where there is none. It is read without a branch, which would break a warp or a vector apart.</summary>
    public static float Element(ArrayView<float> view, int at, bool inside)
    {
        var value = view[inside ? at : 0];
        return inside ? value : 0;
    }
}

/// <summary>The left factor of a matrix product. Its state is where the matrix of the batch begins.</summary>
internal struct LeftMatrix : IOperand<GemmArguments, int>
{
    public readonly bool AlongDepth(GemmArguments arguments) => arguments.LeftDepth == 1;

    public readonly int Start(GemmArguments arguments, int batch, int line) => arguments.LeftOffset + batch * arguments.LeftBatch;

    public readonly Float4 Load(ArrayView<float> view, GemmArguments arguments, int state, int line, int depth, int depthEnd) => Matrix.Load(
        view, arguments.LeftVector != 0, state, arguments.LeftLine, arguments.LeftDepth, line, arguments.Rows, depth, depthEnd);
}

/// <summary>The right factor of a matrix product. Its state is where the matrix of the batch begins.</summary>
internal struct RightMatrix : IOperand<GemmArguments, int>
{
    public readonly bool AlongDepth(GemmArguments arguments) => arguments.RightDepth == 1;

    public readonly int Start(GemmArguments arguments, int batch, int line) => arguments.RightOffset + batch * arguments.RightBatch;

    public readonly Float4 Load(ArrayView<float> view, GemmArguments arguments, int state, int line, int depth, int depthEnd) => Matrix.Load(
        view, arguments.RightVector != 0, state, arguments.RightLine, arguments.RightDepth, line, arguments.Columns, depth, depthEnd);
}

/// <summary>The result of a matrix product: rows one after the other, a bias per column, then maybe relu.</summary>
internal struct ResultMatrix : IResult<GemmArguments>
{
    public readonly void Store(ArrayView<float> result, ArrayView<float> bias, GemmArguments arguments, int row, int column, int batch, Float4 sum)
    {
        if (row >= arguments.Rows || column >= arguments.Columns)
            return;
        var left = arguments.Columns - column;
        sum.X = Epilogue.Apply(sum.X, bias, arguments.HasBias != 0, column, arguments.Activation);
        sum.Y = Epilogue.Apply(sum.Y, bias, arguments.HasBias != 0 && left > 1, column + 1, arguments.Activation);
        sum.Z = Epilogue.Apply(sum.Z, bias, arguments.HasBias != 0 && left > 2, column + 2, arguments.Activation);
        sum.W = Epilogue.Apply(sum.W, bias, arguments.HasBias != 0 && left > 3, column + 3, arguments.Activation);
        Quad.Store(result, arguments.ResultVector != 0, arguments.ResultOffset + batch * arguments.ResultBatch + row * arguments.Columns + column, left, sum);
    }
}

/// <summary>Writes quads.</summary>
internal static class Quad
{
    /// <summary>Stores the first <paramref name="count"/> of four elements.</summary>
    /// <param name="view">The memory.</param>
    /// <param name="vector">Whether the quad is aligned and whole.</param>
    /// <param name="at">The place of the first element.</param>
    /// <param name="count">Elements; 4 or more for all.</param>
    /// <param name="quad">The elements.</param>
    public static void Store(ArrayView<float> view, bool vector, int at, int count, Float4 quad)
    {
        if (vector)
        {
            view.Cast<Float4>()[at / 4] = quad;
            return;
        }

        view[at] = quad.X;
        if (count > 1)
            view[at + 1] = quad.Y;
        if (count > 2)
            view[at + 2] = quad.Z;
        if (count > 3)
            view[at + 3] = quad.W;
    }
}
