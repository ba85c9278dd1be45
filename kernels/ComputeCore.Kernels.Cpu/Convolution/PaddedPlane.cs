using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ComputeCore.Kernels.Cpu.Convolution;

// Copies of image planes with their zero border, into a worker's scratch that stays in its L1 or L2 cache: the kernels that
// read them need no bounds tests. A copied element is used once per tap and output channel, so the copy is cheap.

/// <summary>Copies planes into padded scratch memory.</summary>
internal static unsafe class PaddedPlane
{
    /// <summary>Floats after the last row that a copy may write and a kernel may read.</summary>
    public const int Slack = Lanes.Count;

    /// <summary>
    /// padded[y, x] = source[firstRow + y, firstColumn + x], zero where that lies outside the plane [height, width].
    /// Writes <see cref="Slack"/> floats past the end at most.
    /// </summary>
    public static void Copy(
        float* source, int height, int width, int firstRow, int firstColumn, float* padded, int rows, int columns)
    {
        // Without a border left and right the rows inside the plane are one run of memory.
        if (firstColumn == 0 && columns == width && firstRow >= 0 && firstRow + rows <= height)
        {
            CopyRow(source, 1, height * width, 0, firstRow * width, padded, rows * width);
            return;
        }

        for (var y = 0; y < rows; y++, padded += columns)
            CopyRow(source, height, width, firstRow + y, firstColumn, padded, columns);
    }

    /// <summary>
    /// As <see cref="Copy"/>, each row sorted by its columns' remainder modulo stride: column x goes to
    /// x % stride * (columns / stride) + x / stride, so that a strided window's taps are contiguous. <paramref name="row"/>
    /// is scratch for one row.
    /// </summary>
    public static void CopySplit(
        float* source, int height, int width, int firstRow, int firstColumn, int stride, float* row, float* padded, int rows, int columns)
    {
        var part = columns / stride;
        for (var y = 0; y < rows; y++, padded += columns)
        {
            CopyRow(source, height, width, firstRow + y, firstColumn, row, columns);
            for (var remainder = 0; remainder < stride; remainder++)
                for (var x = 0; x < part; x += Lanes.Count)
                    Lanes.Store(
                        padded + remainder * part + x,
                        Lanes.First(part - x),
                        Lanes.LoadStrided(row + remainder + x * stride, stride, part - x));
        }
    }

    /// <summary>
    /// padded[y, x] = source[(firstRow + y) / stride, (firstColumn + x) / stride], zero between the source's elements and
    /// outside the plane.
    /// </summary>
    public static void CopySpread(
        float* source, int height, int width, int firstRow, int firstColumn, int strideY, int strideX, float* padded, int rows, int columns)
    {
        new Span<float>(padded, rows * columns + Slack).Clear();
        for (var h = 0; h < height; h++)
        {
            var y = h * strideY - firstRow;
            if ((uint)y >= (uint)rows)
                continue;
            for (var w = 0; w < width; w++)
            {
                var x = w * strideX - firstColumn;
                if ((uint)x < (uint)columns)
                    padded[y * columns + x] = source[h * width + w];
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void CopyRow(float* source, int height, int width, int row, int firstColumn, float* padded, int columns)
    {
        if ((uint)row >= (uint)height)
        {
            for (var x = 0; x < columns; x += Lanes.Count)
                Vector512<float>.Zero.Store(padded + x);
            return;
        }

        var line = source + (nint)row * width + firstColumn;
        for (var x = 0; x < columns; x += Lanes.Count)
        {
            var inside = firstColumn + x >= 0 && firstColumn + x + Lanes.Count <= width;
            var value = inside
                ? Vector512.Load(line + x)
                : Lanes.Load(line + x, Lanes.First(width - firstColumn - x) & ~Lanes.First(-firstColumn - x));
            value.Store(padded + x);
        }
    }
}
