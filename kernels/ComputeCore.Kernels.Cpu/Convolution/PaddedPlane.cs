using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ComputeCore.Kernels.Cpu.Simd;

namespace ComputeCore.Kernels.Cpu.Convolution;

// Copies of image planes with their zero border, into a worker's scratch that stays in its L1 or L2 cache: the kernels that
// read them need no bounds tests. A copied element is used once per tap and output channel, so the copy is cheap.

/// <summary>Copies planes into padded scratch memory.</summary>
internal static unsafe class PaddedPlane
{
    /// <summary>
    /// padded[y, x] = source[firstRow + y, firstColumn + x], zero where that lies outside the plane [height, width].
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void Copy(
        float* source, int height, int width, int firstRow, int firstColumn, float* padded, int rows, int columns)
    {
        // Without a border left and right the rows inside the plane are one run of memory.
        if (firstColumn == 0 && columns == width && firstRow >= 0 && firstRow + rows <= height)
        {
            source += (nint)firstRow * width;
            (firstRow, height, width, columns, rows) = (0, 1, rows * width, rows * width, 1);
        }

        var first = Math.Clamp(-firstRow, 0, rows);
        var end = Math.Clamp(height - firstRow, first, rows);
        var line = source + (nint)firstRow * width + firstColumn;
        for (var x = 0; x < columns; x += Lanes.Count)
        {
            var stored = Lanes.First(columns - x);
            for (var y = 0; y < first; y++)
                Lanes.Store(padded + y * columns + x, stored, Vector512<float>.Zero);
            if (firstColumn + x >= 0 && firstColumn + x + Lanes.Count <= width && x + Lanes.Count <= columns)
            {
                for (var y = first; y < end; y++)
                    Vector512.Load(line + (nint)y * width + x).Store(padded + y * columns + x);
            }
            else
            {
                var loaded = Lanes.First(width - firstColumn - x) & ~Lanes.First(-firstColumn - x);
                for (var y = first; y < end; y++)
                    Lanes.Store(padded + y * columns + x, stored, Lanes.Load(line + (nint)y * width + x, loaded));
            }

            for (var y = end; y < rows; y++)
                Lanes.Store(padded + y * columns + x, stored, Vector512<float>.Zero);
        }
    }

    /// <summary>
    /// As <see cref="Copy"/>, each row sorted by its columns' remainder modulo stride: column x goes to
    /// x % stride * (columns / stride) + x / stride, so that a strided window's taps are contiguous.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void CopySplit(
        float* source, int height, int width, int firstRow, int firstColumn, int stride, float* padded, int rows, int columns)
    {
        var first = Math.Clamp(-firstRow, 0, rows);
        var end = Math.Clamp(height - firstRow, first, rows);
        new Span<float>(padded, first * columns).Clear();
        new Span<float>(padded + end * columns, (rows - end) * columns).Clear();
        source += (nint)(firstRow + first) * width + firstColumn;
        padded += first * columns;
        if (stride == 2)
        {
            CopyHalves(source, width, -firstColumn, padded, end - first, columns);
            return;
        }

        for (var y = first; y < end; y++, source += width)
            for (var remainder = 0; remainder < stride; remainder++)
                for (var x = remainder; x < columns; x += stride)
                    *padded++ = (uint)(firstColumn + x) < (uint)width ? source[x] : 0;
    }

    // The even columns and the odd ones; the source's rows begin so many columns before the plane, which they leave at its width.
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void CopyHalves(float* source, int width, int before, float* target, int rows, int columns)
    {
        var half = columns / 2;
        var even = Vector512<int>.Indices * 2;
        var odd = even + Vector512<int>.One;
        for (var x = 0; x < half; x += Lanes.Count)
        {
            var (from, behind) = (before - 2 * x, width + before - 2 * x);
            var (low, high) = (Lanes.First(behind) & ~Lanes.First(from), Lanes.First(behind - Lanes.Count) & ~Lanes.First(from - Lanes.Count));
            var stored = Lanes.First(half - x);
            var line = source + 2 * x;
            var to = target + x;
            for (var y = 0; y < rows; y++, line += width, to += columns)
            {
                var (lower, upper) = (Lanes.Load(line, low), Lanes.Load(line + Lanes.Count, high));
                Lanes.Store(to, stored, Lanes.Permute(lower, even, upper));
                Lanes.Store(to + half, stored, Lanes.Permute(lower, odd, upper));
            }
        }
    }

    /// <summary>
    /// padded[y, x] = source[(firstRow + y) / stride, (firstColumn + x) / stride], zero between the source's elements and
    /// outside the plane.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void CopySpread(
        float* source, int height, int width, int firstRow, int firstColumn, int strideY, int strideX, float* padded, int rows, int columns)
    {
        new Span<float>(padded, rows * columns).Clear();
        for (var h = 0; h < height; h++)
        {
            var y = h * strideY - firstRow;
            if ((uint)y >= (uint)rows)
                continue;
            if (strideX == 2)
            {
                SpreadByTwo(source + h * width, width, padded + y * columns, columns, -firstColumn);
                continue;
            }

            for (var w = 0; w < width; w++)
            {
                var x = w * strideX - firstColumn;
                if ((uint)x < (uint)columns)
                    padded[y * columns + x] = source[h * width + w];
            }
        }
    }

    // target[column + 2i] = source[i], and zero behind each, as far as the target reaches.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void SpreadByTwo(float* source, int count, float* target, int columns, int column)
    {
        // Every second lane is one of the zeros that follow the source's 16 lanes.
        var indices = Vector512<int>.Indices;
        var isElement = Vector512.Equals(indices & Vector512<int>.One, Vector512<int>.Zero);
        var lower = Vector512.ConditionalSelect(isElement, indices >> 1, Vector512.Create(Lanes.Count));
        var upper = lower + Vector512.ConditionalSelect(isElement, Vector512.Create(Lanes.Count / 2), Vector512<int>.Zero);
        for (var i = 0; i < count; i += Lanes.Count, column += 2 * Lanes.Count)
        {
            var elements = Lanes.Load(source + i, Lanes.First(count - i));
            Lanes.Store(target + column, Lanes.First(columns - column) & ~Lanes.First(-column), Lanes.Permute(elements, lower, Vector512<float>.Zero));
            var next = column + Lanes.Count;
            Lanes.Store(target + next, Lanes.First(columns - next) & ~Lanes.First(-next), Lanes.Permute(elements, upper, Vector512<float>.Zero));
        }
    }
}
