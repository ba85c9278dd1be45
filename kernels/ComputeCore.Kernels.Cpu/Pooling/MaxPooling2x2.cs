using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ComputeCore.Kernels.Cpu.Simd;

namespace ComputeCore.Kernels.Cpu.Pooling;

// Max pooling with a 2 x 2 window, stride 2, no padding: the pooling of nearly every small CNN.
// A step makes up to 16 outputs from two row pieces of 16 floats, `a` and `b`, and the rows below them: permutes over both
// registers split even and odd columns. In a wide plane b continues a's row; in a plane of at most 8 output columns
// (14 x 14 -> 7 x 7) b is the next output row's piece, so that the narrow plane fills the vector too. Only the permute's
// indices differ. Backward runs the same picture in reverse and writes whole rows of dx, so nothing is cleared before.
// Bytes: forward 4 read and 2 written per input element, backward 2 read and 4 written. Per 16 outputs: 4 loads,
// 4 permutes, 6 compares, 2 stores.

/// <summary>The planes of a 2 x 2 max pooling with stride 2.</summary>
internal static unsafe class MaxPooling2x2
{
    private const int NarrowWidth = Lanes.Count / 2;

    /// <summary>Whether every window is a whole 2 x 2 tile of the plane.</summary>
    public static bool Handles(in PoolingShape shape) =>
        shape is
        {
            KernelHeight: 2, KernelWidth: 2, StrideY: 2, StrideX: 2, PaddingTop: 0, PaddingLeft: 0, DilationY: 1, DilationX: 1
        }
        && 2 * shape.OutputHeight <= shape.Height
        && 2 * shape.OutputWidth <= shape.Width;

    /// <summary>One plane; the indices may be null, and are then not written.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void ForwardPlane(in PoolingShape shape, float* x, float* y, int* indices)
    {
        var width = shape.Width;
        var outputWidth = shape.OutputWidth;
        var narrow = outputWidth <= NarrowWidth;
        var even = EvenColumns(narrow ? outputWidth : NarrowWidth);
        var rowsPerStep = narrow ? 2 : 1;
        var position = Positions(even, narrow ? 2 * width : Lanes.Count);
        for (var row = 0; row < shape.OutputHeight; row += rowsPerStep)
        {
            var top = 2 * row * width;
            if (narrow)
            {
                var rows = Math.Min(2, shape.OutputHeight - row);
                var inside = Lanes.First(2 * outputWidth);
                ForwardStep(x + top, x + top + 2 * width, inside, rows == 2 ? inside : Vector512<float>.Zero, width, even,
                    position + Vector512.Create(top), y, indices, Lanes.First(rows * outputWidth));
                y += rows * outputWidth;
                indices = Behind(indices, rows * outputWidth);
                continue;
            }

            for (var column = 0; column < outputWidth; column += Lanes.Count)
            {
                var left = outputWidth - column;
                var start = top + 2 * column;
                ForwardStep(x + start, x + start + Lanes.Count, Lanes.First(2 * left), Lanes.First(2 * left - Lanes.Count), width,
                    even, position + Vector512.Create(start), y + column, Behind(indices, column), Lanes.First(left));
            }

            y += outputWidth;
            indices = Behind(indices, outputWidth);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void BackwardPlane(in PoolingShape shape, float* dy, int* indices, float* dx)
    {
        var width = shape.Width;
        var outputWidth = shape.OutputWidth;
        var narrow = outputWidth <= NarrowWidth;
        var even = EvenColumns(narrow ? outputWidth : NarrowWidth);
        var position = Positions(even, narrow ? 2 * width : Lanes.Count);
        var rowsPerStep = narrow ? 2 : 1;
        for (var row = 0; row < shape.OutputHeight; row += rowsPerStep)
        {
            var top = 2 * row * width;
            if (narrow)
            {
                var rows = Math.Min(2, shape.OutputHeight - row);
                var inside = Lanes.First(2 * outputWidth);
                BackwardStep(dy, indices, Lanes.First(rows * outputWidth), position + Vector512.Create(top), outputWidth, width,
                    dx + top, dx + top + 2 * width, inside, rows == 2 ? inside : Vector512<float>.Zero);
                dy += rows * outputWidth;
                indices += rows * outputWidth;
                continue;
            }

            for (var column = 0; column < outputWidth; column += Lanes.Count)
            {
                var left = outputWidth - column;
                var start = top + 2 * column;
                BackwardStep(dy + column, indices + column, Lanes.First(left), position + Vector512.Create(start), NarrowWidth,
                    width, dx + start, dx + start + Lanes.Count, Lanes.First(2 * left), Lanes.First(2 * left - Lanes.Count));
            }

            dy += outputWidth;
            indices += outputWidth;
        }

        // An odd plane's last column and rows below the last window have no gradient.
        for (var h = 0; h < 2 * shape.OutputHeight && width > 2 * outputWidth; h++)
            new Span<float>(dx + h * width + 2 * outputWidth, width - 2 * outputWidth).Clear();
        new Span<float>(dx + 2 * shape.OutputHeight * width, (shape.Height - 2 * shape.OutputHeight) * width).Clear();
    }

    /// <summary>Where the 16 outputs' left columns lie in the 32 lanes of (a, b), the first <paramref name="fromA"/> in a.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> EvenColumns(int fromA)
    {
        var lane = Vector512<int>.Indices;
        return Vector512.ConditionalSelect(
            Vector512.LessThan(lane, Vector512.Create(fromA)),
            2 * lane,
            2 * (lane - Vector512.Create(fromA)) + Vector512.Create(Lanes.Count)) & Vector512.Create(2 * Lanes.Count - 1);
    }

    /// <summary>The outputs' left columns as positions in the plane relative to a's start, <paramref name="distance"/> from a to b.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> Positions(Vector512<int> even, int distance) =>
        even + Vector512.ConditionalSelect(
            Vector512.LessThan(even, Vector512.Create(Lanes.Count)), Vector512<int>.Zero, Vector512.Create(distance - Lanes.Count));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void ForwardStep(
        float* a, float* b, Vector512<float> insideA, Vector512<float> insideB, int width, Vector512<int> even,
        Vector512<int> position, float* y, int* indices, Vector512<float> inside)
    {
        var odd = even + Vector512<int>.One;
        var rowA = Lanes.Load(a, insideA);
        var rowB = Lanes.Load(b, insideB);
        var best = Lanes.Permute(rowA, even, rowB);
        var index = position;
        Take(Lanes.Permute(rowA, odd, rowB), position + Vector512<int>.One, ref best, ref index);
        rowA = Lanes.Load(a + width, insideA);
        rowB = Lanes.Load(b + width, insideB);
        Take(Lanes.Permute(rowA, even, rowB), position + Vector512.Create(width), ref best, ref index);
        Take(Lanes.Permute(rowA, odd, rowB), position + Vector512.Create(width + 1), ref best, ref index);
        Lanes.Store(y, inside, best);
        if (indices != null)
            Lanes.Store(indices, inside, index);
    }

    private static int* Behind(int* indices, int count) => indices == null ? null : indices + count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Take(Vector512<float> value, Vector512<int> position, ref Vector512<float> best, ref Vector512<int> index)
    {
        var take = MaxPooling.Beats(value, best);
        best = Vector512.ConditionalSelect(take, value, best);
        index = Vector512.ConditionalSelect(take.AsInt32(), position, index);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void BackwardStep(
        float* dy, int* indices, Vector512<float> inside, Vector512<int> position, int fromA, int width,
        float* a, float* b, Vector512<float> insideA, Vector512<float> insideB)
    {
        var gradient = Lanes.Load(dy, inside);
        var corner = Lanes.Load(indices, inside) - position;

        // Column c of a's row is the gradient of output c / 2 if the maximum was in this column, else zero.
        var lane = Vector512<int>.Indices;
        var interleaveA = (lane >> 1) + ((lane & Vector512<int>.One) << 4);
        var interleaveB = interleaveA + Vector512.Create(fromA);
        for (var r = 0; r < 2; r++)
        {
            var left = At(gradient, corner, r * width);
            var right = At(gradient, corner, r * width + 1);
            Lanes.Store(a + r * width, insideA, Lanes.Permute(left, interleaveA, right));
            Lanes.Store(b + r * width, insideB, Lanes.Permute(left, interleaveB, right));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> At(Vector512<float> gradient, Vector512<int> corner, int offset) =>
        Vector512.ConditionalSelect(
            Vector512.Equals(corner, Vector512.Create(offset)).AsSingle(), gradient, Vector512<float>.Zero);
}
