using ComputeCore.Kernels.Cpu.Pooling;

namespace ComputeCore.Operations;

/// <summary>How a pooling's window moves over the planes of its input, which are the last two axes.</summary>
/// <param name="Kernel">The window's size.</param>
/// <param name="Stride">Steps between neighbouring windows.</param>
/// <param name="Padding">How far windows may begin outside of the plane, on each side.</param>
/// <param name="Dilation">Steps between the window's elements.</param>
/// <param name="CeilMode">
/// Whether a last window that begins inside the plane or its leading padding, but does not fit, counts.
/// </param>
public readonly record struct PoolWindow(Pair Kernel, Pair Stride, Pair Padding, Pair Dilation, bool CeilMode)
{
    /// <summary>The shape of the pooled planes; an error, if the window does not suit them.</summary>
    internal (Shape Shape, string? Error) Pool(Shape input)
    {
        if (input.Rank < 3)
            return ([], $"{input} must be [..., C, H, W]");
        if (Math.Min(Kernel.Height, Kernel.Width) < 1 || Math.Min(Stride.Height, Stride.Width) < 1 || Math.Min(Dilation.Height, Dilation.Width) < 1 || Math.Min(Padding.Height, Padding.Width) < 0)
            return ([], $"kernel {Kernel}, stride {Stride} and dilation {Dilation} must be at least 1, and padding {Padding} at least 0");
        var (rows, columns) = (Rows(input[-2]), Columns(input[-1]));
        var (height, width) = (rows.Count(CeilMode), columns.Count(CeilMode));
        if (height < 1 || width < 1)
            return ([], $"the kernel {Kernel} with dilation {Dilation} does not fit into planes of {input} with padding {Padding}");
        if (!rows.AllReachInside(height) || !columns.AllReachInside(width))
            return ([], $"some windows of kernel {Kernel} with dilation {Dilation} lie entirely in the padding {Padding} of {input}");
        return (input.With(-2, height).With(-1, width), null);
    }

    /// <summary>The elements of one plane that each result sees, row by row: where the result lies, and where the element.</summary>
    internal IEnumerable<(int Output, int Input)> Elements(Shape input, Shape output)
    {
        var (rows, columns) = (Rows(input[-2]), Columns(input[-1]));
        for (var p = 0; p < output[-2]; p++)
            for (var q = 0; q < output[-1]; q++)
                foreach (var row in rows.Of(p))
                    foreach (var column in columns.Of(q))
                        yield return (p * output[-1] + q, row * input[-1] + column);
    }

    /// <summary>
    /// How many elements each result of a plane averages over: those inside of the plane, and with
    /// <paramref name="countPadding"/> those in the padding, but not what hangs over in ceil mode.
    /// </summary>
    internal int[] Counts(Shape input, Shape output, bool countPadding)
    {
        var (rows, columns) = (Rows(input[-2]), Columns(input[-1]));
        return [.. from p in Enumerable.Range(0, output[-2]) from q in Enumerable.Range(0, output[-1]) select rows.Averaged(p, countPadding) * columns.Averaged(q, countPadding)];
    }

    /// <summary>The CPU kernels' description of a pooling.</summary>
    internal PoolingShape ToKernel(Shape input, Shape output) => new()
    {
        Planes = Planes.Count(input),
        Height = input[-2],
        Width = input[-1],
        OutputHeight = output[-2],
        OutputWidth = output[-1],
        KernelHeight = Kernel.Height,
        KernelWidth = Kernel.Width,
        StrideY = Stride.Height,
        StrideX = Stride.Width,
        PaddingTop = Padding.Height,
        PaddingLeft = Padding.Width,
        DilationY = Dilation.Height,
        DilationX = Dilation.Width,
    };

    private Line Rows(int extent) => new(extent, Kernel.Height, Stride.Height, Padding.Height, Dilation.Height);

    private Line Columns(int extent) => new(extent, Kernel.Width, Stride.Width, Padding.Width, Dilation.Width);

    /// <summary>The window's movement in one direction.</summary>
    private readonly record struct Line(int Extent, int Kernel, int Stride, int Padding, int Dilation)
    {
        public int Count(bool ceilMode)
        {
            var free = Extent + 2L * Padding - (Kernel - 1L) * Dilation - 1 + (ceilMode ? Stride - 1 : 0);
            if (free < 0)
                return 0;
            var last = (int)(free / Stride);
            return ceilMode && (long)last * Stride >= Extent + Padding ? last : last + 1;
        }

        public bool AllReachInside(int count)
        {
            for (var i = 0; i < count; i++)
                if (!Of(i).Any())
                    return false;
            return true;
        }

        public IEnumerable<int> Of(int output)
        {
            for (var tap = 0; tap < Kernel; tap++)
                if (output * Stride - Padding + tap * Dilation is var position && position >= 0 && position < Extent)
                    yield return position;
        }

        public int Averaged(int output, bool countPadding)
        {
            var start = output * Stride - Padding;
            return countPadding ? Math.Min(start + Kernel, Extent + Padding) - start : Math.Min(start + Kernel, Extent) - Math.Max(start, 0);
        }
    }
}
